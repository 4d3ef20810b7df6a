package main

import (
	"context"
	"sync"
	"time"

	"github.com/apache/rocketmq-client-go/v2/consumer"
	"github.com/apache/rocketmq-client-go/v2/primitive"
)

func retryCases() []testCase {
	return []testCase{
		{"retry-and-dead-letter", false, retryAndDeadLetter},
		{"delay-level", false, delayLevel},
	}
}

type delivery struct {
	at      time.Time
	message *primitive.MessageExt
}

func retryAndDeadLetter(c *caseContext) {
	topic := c.topic("t", 1)
	group := c.name("g")
	var mutex sync.Mutex
	var tries []delivery
	handle := func(_ context.Context, messages ...*primitive.MessageExt) (consumer.ConsumeResult, error) {
		mutex.Lock()
		defer mutex.Unlock()
		for _, message := range messages {
			tries = append(tries, delivery{time.Now(), message})
		}
		return consumer.ConsumeRetryLater, nil
	}
	// This client looks for the route of the retry topic once when it starts and then every 30 s. So the topic has to be
	// there before: the first heartbeat of a group makes it.
	first := c.consumeWith(group, topic, all, handle)
	eventually("the retry topic", 20*time.Second, func() bool { return c.hasQueues("%RETRY%" + group) })
	checkNoError(first.Shutdown(), "shutdown")
	c.consumeWith(group, topic, all, handle, consumer.WithMaxReconsumeTimes(1))
	c.send(c.producer(), topic, []string{"bad"})
	deadTopic := "%DLQ%" + group
	eventually("a dead letter topic", 40*time.Second, func() bool { return c.hasQueues(deadTopic) })
	var dead []*primitive.MessageExt
	eventually("a dead letter", 10*time.Second, func() bool {
		dead = c.readAll(deadTopic)[0]
		return len(dead) > 0
	})
	mutex.Lock()
	defer mutex.Unlock()
	checkEqual(2, len(tries), "deliveries before the dead letter")
	checkEqual(int32(1), tries[1].message.ReconsumeTimes, "reconsumeTimes of the second")
	pause := tries[1].at.Sub(tries[0].at)
	checkThat(pause > 9*time.Second && pause < 14*time.Second, "the first retry comes after 10 s, not %s", pause)
	checkEqual(1, len(dead), "dead letters")
	checkEqual("bad", string(dead[0].Body), "dead letter")
	checkEqual(topic, dead[0].GetProperty("RETRY_TOPIC"), "its topic of origin")
}

func delayLevel(c *caseContext) {
	topic := c.topic("t", 2)
	got := &received{}
	c.consume(c.name("g"), topic, all, got)
	p := c.producer()
	start := time.Now()
	for _, level := range []int{2, 1, 0} {
		message := primitive.NewMessage(topic, []byte("level"+string(rune('0'+level))))
		if level > 0 {
			message.WithDelayTimeLevel(level)
		}
		_, err := p.SendSync(context.Background(), message)
		checkNoError(err, "send")
	}
	got.awaitExactly(bodies("level", 3), "consumed")
	checkEqual(bodies("level", 3), got.bodies(), "order")
	second := time.UnixMilli(got.all()[1].StoreTimestamp).Sub(start)
	checkThat(second >= time.Second && second < 3500*time.Millisecond, "level 1 after %s", second)
}
