package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/apache/rocketmq-client-go/v2"
	"github.com/apache/rocketmq-client-go/v2/consumer"
	"github.com/apache/rocketmq-client-go/v2/primitive"
)

// crashingConsumer is a consumer in a process of its own, which can be killed. It writes the body of each message that it
// has consumed into a file, a line each.
type crashingConsumer struct {
	process *exec.Cmd
	output  string
}

func startCrashingConsumer(c *caseContext, group, topic string) *crashingConsumer {
	directory, err := os.MkdirTemp("", "crashing-consumer")
	checkNoError(err, "directory of the output")
	output := filepath.Join(directory, "consumed")
	process := exec.Command(os.Args[0], "-namesrv", strings.Join(c.namesrv, ";"),
		"-consume-group", group, "-consume-topic", topic, "-consume-into", output)
	checkNoError(process.Start(), "start of a process")
	crashing := &crashingConsumer{process, output}
	c.onClose(func() error {
		crashing.kill()
		return os.RemoveAll(directory)
	})
	return crashing
}

// kill is kill -9: the consumer says goodbye to nobody.
func (crashing *crashingConsumer) kill() {
	_ = crashing.process.Process.Kill()
	_ = crashing.process.Wait()
}

// bodies gives those of whole lines: the last one may have been cut.
func (crashing *crashingConsumer) bodies() []string {
	text, err := os.ReadFile(crashing.output)
	if err != nil {
		return nil
	}
	lines := strings.Split(string(text), "\n")
	return lines[:len(lines)-1]
}

// runCrashingConsumer is the program of that process.
func runCrashingConsumer(namesrv []string, group, topic, output string) error {
	file, err := os.Create(output)
	if err != nil {
		return err
	}
	pc, err := rocketmq.NewPushConsumer(
		consumer.WithNsResolver(primitive.NewPassthroughResolver(namesrv)),
		consumer.WithGroupName(group),
		consumer.WithInstance("crashing"),
		consumer.WithConsumeFromWhere(consumer.ConsumeFromFirstOffset))
	if err != nil {
		return err
	}
	handle := func(_ context.Context, messages ...*primitive.MessageExt) (consumer.ConsumeResult, error) {
		for _, message := range messages {
			if _, err := fmt.Fprintf(file, "%s\n", message.Body); err != nil {
				return consumer.ConsumeRetryLater, err
			}
		}
		return consumer.ConsumeSuccess, nil
	}
	if err := pc.Subscribe(topic, all, handle); err != nil {
		return err
	}
	if err := pc.Start(); err != nil {
		return err
	}
	time.Sleep(time.Hour)
	return nil
}
