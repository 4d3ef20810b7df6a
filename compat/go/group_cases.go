package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/apache/rocketmq-client-go/v2/consumer"
	"github.com/apache/rocketmq-client-go/v2/primitive"
	"github.com/apache/rocketmq-client-go/v2/producer"
)

const resetOffset = 222

func groupCases() []testCase {
	return []testCase{
		{"consumer-crash-under-load", false, consumerCrash},
		{"reset-while-running", false, resetWhileRunning},
	}
}

// slowCases wait for this client, which rebalances every 20 s and keeps the locks of queues for a minute.
func slowCases() []testCase {
	return []testCase{{"orderly-members-change", false, orderlyMembersChange}}
}

// What the killed member had taken but not committed comes again, to the other; nothing is lost, nothing invented.
func consumerCrash(c *caseContext) {
	topic := c.topic("t", 4)
	group := c.name("g")
	got := &received{}
	victim := startCrashingConsumer(c, group, topic)
	load := startLoad(c, topic)
	eventually("the victim consumes", 60*time.Second, func() bool { return len(victim.bodies()) > 50 })
	c.consume(group, topic, all, got)
	load.acks.awaitMore(50)
	victim.kill()
	load.acks.awaitMore(50)
	sent, maybe := load.stop()
	everywhere := func() []string { return append(got.bodies(), victim.bodies()...) }
	eventually("everything consumed", 60*time.Second, func() bool { return len(missingFrom(everywhere(), sent)) == 0 })
	checkEqual(0, len(missingFrom(append(sent, maybe...), everywhere())), "bodies that nobody sent")
}

// load sends numbered messages all the time.
type load struct {
	acks    *acknowledged
	maybe   []string
	ended   chan struct{}
	sending sync.WaitGroup
}

func startLoad(c *caseContext, topic string) *load {
	p := c.producer(producer.WithSendMsgTimeout(time.Second), producer.WithRetry(0))
	l := &load{acks: &acknowledged{}, ended: make(chan struct{})}
	l.sending.Add(1)
	go func() {
		defer l.sending.Done()
		for i := 0; ; i++ {
			select {
			case <-l.ended:
				return
			case <-time.After(2 * time.Millisecond):
			}
			body := fmt.Sprint("m", i)
			result, err := p.SendSync(context.Background(), primitive.NewMessage(topic, []byte(body)))
			if err == nil && result.Status == primitive.SendOK {
				l.acks.add(result, body)
			} else {
				l.maybe = append(l.maybe, body)
			}
		}
	}()
	return l
}

// stop gives what was acknowledged, and what may have been stored or not.
func (l *load) stop() ([]string, []string) {
	close(l.ended)
	l.sending.Wait()
	return l.acks.bodies, l.maybe
}

// A running member is told of the new offsets and consumes everything once more, then goes on.
func resetWhileRunning(c *caseContext) {
	topic := c.topic("t", 2)
	group := c.name("g")
	p := c.producer()
	got := &received{}
	c.consume(group, topic, all, got)
	c.send(p, topic, bodies("a", 20))
	got.awaitExactly(bodies("a", 20), "before the reset")
	code, remark, _ := rawCall(c.control.address("broker"), resetOffset, map[string]string{
		"topic": topic, "group": group, "timestamp": "0", "isForce": "true",
	})
	checkEqual(0, code, "reset ("+remark+")")
	// The pull that is held does not know of it: a message wakes it.
	c.send(p, topic, bodies("b", 8))
	expected := append(append(bodies("a", 20), bodies("a", 20)...), bodies("b", 8)...)
	eventually("consumed once more", 90*time.Second, func() bool { return len(got.bodies()) >= len(expected) })
	time.Sleep(300 * time.Millisecond)
	checkSameElements(expected, got.bodies(), "after the reset")
}

// A member joins, then the first one leaves: each queue's messages come in their order to whoever holds it.
func orderlyMembersChange(c *caseContext) {
	topic := c.topic("t", 4)
	group := c.name("g")
	p := c.producer(producer.WithQueueSelector(producer.NewManualQueueSelector()))
	queues := c.queues(topic)
	var expected []string
	send := func() {
		body := fmt.Sprint("o", len(expected))
		message := primitive.NewMessage(topic, []byte(body))
		message.Queue = queueWithID(queues, len(expected)%4)
		_, err := p.SendSync(context.Background(), message)
		checkNoError(err, "send")
		expected = append(expected, body)
	}
	sendUntil := func(what string, done func() bool) {
		eventually(what, 3*time.Minute, func() bool {
			send()
			time.Sleep(30 * time.Millisecond)
			return done()
		})
	}
	everything, second := &received{}, &received{}
	both := func(_ context.Context, messages ...*primitive.MessageExt) (consumer.ConsumeResult, error) {
		second.add(messages...)
		return everything.handle(context.Background(), messages...)
	}
	options := []consumer.Option{consumer.WithConsumerOrder(true), consumer.WithRebalanceLockInterval(time.Second)}
	first := c.consume(group, topic, all, everything, options...)
	sendUntil("the first consumes", func() bool { return len(everything.all()) > 20 })
	c.consumeWith(group, topic, all, both, options...)
	sendUntil("the second consumes", func() bool { return len(second.all()) > 20 })
	checkNoError(first.Shutdown(), "shutdown")
	sendUntil("the second consumes all queues", func() bool { return len(second.byQueue()) == 4 })
	everything.awaitAll(expected, "consumed")
	byQueue := map[int][]string{}
	for i, body := range expected {
		byQueue[i%4] = append(byQueue[i%4], body)
	}
	checkEqual(byQueue, everything.byQueue(), "order")
}
