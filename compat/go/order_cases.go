package main

import (
	"context"
	"fmt"
	"time"

	"github.com/apache/rocketmq-client-go/v2/consumer"
	"github.com/apache/rocketmq-client-go/v2/primitive"
	"github.com/apache/rocketmq-client-go/v2/producer"
)

func orderCases() []testCase {
	return []testCase{{"orderly", false, orderly}}
}

// Messages of a queue are consumed in its order, under its lock.
// A second consumer would have to wait for this client's unlocking, which takes a minute; compat/java has that case.
func orderly(c *caseContext) {
	topic := c.topic("t", 4)
	p := c.producer(producer.WithQueueSelector(producer.NewManualQueueSelector()))
	queues := c.queues(topic)
	expected := map[int][]string{}
	got := &received{}
	c.consume(c.name("g"), topic, all, got,
		consumer.WithConsumerOrder(true), consumer.WithRebalanceLockInterval(time.Second))
	for i := 0; i < 120; i++ {
		message := primitive.NewMessage(topic, []byte(fmt.Sprintf("o%d", i)))
		message.Queue = queueWithID(queues, i%4)
		_, err := p.SendSync(context.Background(), message)
		checkNoError(err, "send")
		expected[i%4] = append(expected[i%4], string(message.Body))
	}
	got.awaitAll(bodies("o", 120), "consumed")
	checkEqual(expected, got.byQueue(), "order")
}

func queueWithID(queues []*primitive.MessageQueue, id int) *primitive.MessageQueue {
	for _, queue := range queues {
		if queue.QueueId == id {
			return queue
		}
	}
	fail("no queue %d", id)
	return nil
}
