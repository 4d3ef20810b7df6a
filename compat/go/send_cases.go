package main

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/apache/rocketmq-client-go/v2/admin"
	"github.com/apache/rocketmq-client-go/v2/primitive"
	"github.com/apache/rocketmq-client-go/v2/producer"
)

func sendCases() []testCase {
	return []testCase{
		{"send-sync", false, sendSync},
		{"send-async", false, sendAsync},
		{"send-oneway", false, sendOneway},
		{"send-batch", false, sendBatch},
		{"send-selector-ordered", false, sendSelector},
		{"topic-auto-create", false, topicAutoCreate},
	}
}

func sendSync(c *caseContext) {
	topic := c.topic("t", 4)
	sent := bodies("sync", 40)
	results := c.send(c.producer(), topic, sent)
	ids := map[string]bool{}
	next := map[int]int64{}
	byID := map[string]*primitive.SendResult{}
	for _, result := range results {
		checkThat(!ids[result.MsgID] && !ids[result.OffsetMsgID], "id twice: %s", result)
		ids[result.MsgID], ids[result.OffsetMsgID] = true, true
		byID[result.MsgID] = result
		queue := result.MessageQueue.QueueId
		checkEqual(next[queue], result.QueueOffset, "offset")
		next[queue]++
	}
	got := &received{}
	c.consume(c.name("g"), topic, all, got)
	got.awaitExactly(sent, "consumed")
	for _, message := range got.all() {
		result := byID[message.MsgId]
		checkThat(result != nil, "unknown id %s", message.MsgId)
		checkEqual(result.QueueOffset, message.QueueOffset, "queue offset")
		checkEqual(result.OffsetMsgID, message.OffsetMsgId, "offset id")
	}
}

func sendAsync(c *caseContext) {
	topic := c.topic("t", 4)
	sent := bodies("async", 100)
	p := c.producer()
	var pending sync.WaitGroup
	problems := make(chan error, len(sent))
	for _, body := range sent {
		pending.Add(1)
		err := p.SendAsync(context.Background(), func(_ context.Context, _ *primitive.SendResult, err error) {
			defer pending.Done()
			if err != nil {
				problems <- err
			}
		}, primitive.NewMessage(topic, []byte(body)))
		checkNoError(err, "send of "+body)
	}
	pending.Wait()
	close(problems)
	for err := range problems {
		fail("%d of %d failed, one with %v", len(problems)+1, len(sent), err)
	}
	got := &received{}
	c.consume(c.name("g"), topic, all, got)
	got.awaitExactly(sent, "consumed")
}

func sendOneway(c *caseContext) {
	topic := c.topic("t", 4)
	sent := bodies("oneway", 50)
	p := c.producer()
	for _, body := range sent {
		checkNoError(p.SendOneWay(context.Background(), primitive.NewMessage(topic, []byte(body))), "send of "+body)
	}
	got := &received{}
	c.consume(c.name("g"), topic, all, got)
	got.awaitExactly(sent, "consumed")
}

func sendBatch(c *caseContext) {
	topic := c.topic("t", 2)
	var batch []*primitive.Message
	for i := 0; i < 30; i++ {
		message := primitive.NewMessage(topic, []byte(fmt.Sprintf("b%d", i)))
		message.WithTag([]string{"even", "odd"}[i%2]).WithKeys([]string{fmt.Sprintf("key%d", i)})
		batch = append(batch, message)
	}
	result, err := c.producer().SendSync(context.Background(), batch...)
	checkNoError(err, "send")
	checkEqual(primitive.SendOK, result.Status, "status")
	checkEqual(30, len(strings.Split(result.OffsetMsgID, ",")), "offset ids")
	got := &received{}
	c.consume(c.name("g"), topic, all, got)
	got.awaitExactly(bodies("b", 30), "consumed")
	for _, message := range got.all() {
		checkEqual(fmt.Sprintf("b%d", message.QueueOffset), string(message.Body), "order")
		checkEqual(fmt.Sprintf("key%d", message.QueueOffset), message.GetKeys(), "keys")
	}
}

// Messages with one sharding key go to one queue, in order.
func sendSelector(c *caseContext) {
	topic := c.topic("t", 3)
	p := c.producer(producer.WithQueueSelector(producer.NewHashQueueSelector()))
	expected := map[int][]string{}
	for i := 0; i < 60; i++ {
		key := fmt.Sprintf("order-%d", i%7)
		body := fmt.Sprintf("%s-%d", key, i)
		message := primitive.NewMessage(topic, []byte(body)).WithShardingKey(key)
		result, err := p.SendSync(context.Background(), message)
		checkNoError(err, body)
		expected[result.MessageQueue.QueueId] = append(expected[result.MessageQueue.QueueId], body)
	}
	stored := map[int][]string{}
	for queue, messages := range c.readAll(topic) {
		for _, message := range messages {
			stored[queue] = append(stored[queue], string(message.Body))
		}
	}
	checkEqual(expected, stored, "bodies by queue")
}

func topicAutoCreate(c *caseContext) {
	topic := c.name("t")
	// This client always asks for four queues, whatever its option says.
	c.send(c.producer(), topic, bodies("m", 12))
	a, err := admin.NewAdmin(admin.WithResolver(primitive.NewPassthroughResolver(c.namesrv)))
	checkNoError(err, "admin")
	defer a.Close()
	queues, err := a.FetchPublishMessageQueues(context.Background(), topic)
	checkNoError(err, "route")
	checkEqual(4, len(queues), "queues")
	got := &received{}
	c.consume(c.name("g"), topic, all, got)
	got.awaitExactly(bodies("m", 12), "consumed")
}
