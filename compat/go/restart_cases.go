package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/apache/rocketmq-client-go/v2/primitive"
	"github.com/apache/rocketmq-client-go/v2/producer"
)

func restartCases() []testCase {
	return []testCase{
		{"restart-under-load", true, func(c *caseContext) { underLoad(c, "restart", 1) }},
		{"kill9-loop", true, func(c *caseContext) { underLoad(c, "kill9-and-start", min(c.kills, 3)) }},
	}
}

// acknowledged is what a producer that sends all the time was told to be stored.
type acknowledged struct {
	mutex   sync.Mutex
	results []*primitive.SendResult
	bodies  []string
}

func (a *acknowledged) add(result *primitive.SendResult, body string) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.results = append(a.results, result)
	a.bodies = append(a.bodies, body)
}

func (a *acknowledged) count() int {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	return len(a.results)
}

func (a *acknowledged) awaitMore(count int) {
	goal := a.count() + count
	eventually(fmt.Sprintf("%d more acknowledged", count), 60*time.Second, func() bool { return a.count() >= goal })
}

// underLoad restarts the broker under a working producer and consumer: what was acknowledged is consumed, and lies
// where the acknowledgement said.
func underLoad(c *caseContext, action string, rounds int) {
	topic := c.topic("t", 4)
	got := &received{}
	c.consume(c.name("g"), topic, all, got)
	p := c.producer(producer.WithSendMsgTimeout(time.Second), producer.WithRetry(0))
	acks := &acknowledged{}
	stop := make(chan struct{})
	var sending sync.WaitGroup
	sending.Add(1)
	go func() {
		defer sending.Done()
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			case <-time.After(2 * time.Millisecond):
			}
			body := fmt.Sprint("m", i)
			result, err := p.SendSync(context.Background(), primitive.NewMessage(topic, []byte(body)))
			if err == nil && result.Status == primitive.SendOK {
				acks.add(result, body)
			}
		}
	}()
	for round := 0; round < rounds; round++ {
		acks.awaitMore(50)
		c.control.post("broker", action)
	}
	acks.awaitMore(50)
	close(stop)
	sending.Wait()
	got.awaitAll(acks.bodies, "consumed")
	stored := c.readAll(topic)
	for i, result := range acks.results {
		queue := stored[result.MessageQueue.QueueId]
		checkThat(result.QueueOffset < int64(len(queue)), "lost: %s", result)
		checkEqual(acks.bodies[i], string(queue[result.QueueOffset].Body), "message at its offset")
	}
}
