package main

import (
	"context"
	"time"

	"github.com/apache/rocketmq-client-go/v2"
	"github.com/apache/rocketmq-client-go/v2/admin"
	"github.com/apache/rocketmq-client-go/v2/consumer"
	"github.com/apache/rocketmq-client-go/v2/primitive"
)

func (c *caseContext) pullConsumer(group, topic string) rocketmq.PullConsumer {
	pc, err := rocketmq.NewPullConsumer(
		consumer.WithNsResolver(primitive.NewPassthroughResolver(c.namesrv)),
		consumer.WithGroupName(group),
		consumer.WithInstance(c.instance()))
	checkNoError(err, "pull consumer")
	checkNoError(pc.Subscribe(topic, all), "subscription")
	checkNoError(pc.Start(), "start of the pull consumer")
	c.onClose(pc.Shutdown)
	return pc
}

func (c *caseContext) queues(topic string) []*primitive.MessageQueue {
	a, err := admin.NewAdmin(admin.WithResolver(primitive.NewPassthroughResolver(c.namesrv)))
	checkNoError(err, "admin")
	defer a.Close()
	queues, err := a.FetchPublishMessageQueues(context.Background(), topic)
	checkNoError(err, "queues of "+topic)
	return queues
}

// readAll reads what the server has stored, by queue id; each queue must be gapless from offset 0.
func (c *caseContext) readAll(topic string) map[int][]*primitive.MessageExt {
	pc := c.pullConsumer(c.name("reader"), topic)
	stored := map[int][]*primitive.MessageExt{}
	for _, queue := range c.queues(topic) {
		for {
			offset := int64(len(stored[queue.QueueId]))
			ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
			result, err := pc.PullFrom(ctx, queue, offset, 32)
			cancel()
			checkNoError(err, "pull of "+queue.String())
			if result.Status != primitive.PullFound {
				checkEqual(offset, result.MaxOffset, "end of "+queue.String())
				break
			}
			for _, message := range result.GetMessageExts() {
				checkEqual(int64(len(stored[queue.QueueId])), message.QueueOffset, "offset in "+queue.String())
				stored[queue.QueueId] = append(stored[queue.QueueId], message)
			}
			if result.NextBeginOffset >= result.MaxOffset {
				break
			}
		}
	}
	return stored
}

func (c *caseContext) hasQueues(topic string) bool {
	a, err := admin.NewAdmin(admin.WithResolver(primitive.NewPassthroughResolver(c.namesrv)))
	checkNoError(err, "admin")
	defer a.Close()
	queues, err := a.FetchPublishMessageQueues(context.Background(), topic)
	return err == nil && len(queues) > 0
}
