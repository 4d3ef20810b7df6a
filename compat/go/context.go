package main

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/apache/rocketmq-client-go/v2"
	"github.com/apache/rocketmq-client-go/v2/admin"
	"github.com/apache/rocketmq-client-go/v2/consumer"
	"github.com/apache/rocketmq-client-go/v2/primitive"
	"github.com/apache/rocketmq-client-go/v2/producer"
)

var clients atomic.Int64

var all = consumer.MessageSelector{Type: consumer.TAG, Expression: "*"}

// caseContext is what a case works with: names of its own, and clients that are shut down when it ends.
type caseContext struct {
	settings
	prefix  string
	mutex   sync.Mutex
	closers []func() error
}

func newCaseContext(s settings, caseName string) *caseContext {
	return &caseContext{settings: s, prefix: "go-" + caseName + "-" + strconv.FormatInt(time.Now().UnixNano(), 36)}
}

func (c *caseContext) close() {
	c.mutex.Lock()
	closers := c.closers
	c.mutex.Unlock()
	for i := len(closers) - 1; i >= 0; i-- {
		_ = closers[i]()
	}
}

func (c *caseContext) onClose(closer func() error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.closers = append(c.closers, closer)
}

// name gives a topic or group name that no other case has.
func (c *caseContext) name(what string) string {
	return c.prefix + "-" + what
}

func (c *caseContext) instance() string {
	return c.name(fmt.Sprintf("i%d", clients.Add(1)))
}

func (c *caseContext) producer(options ...producer.Option) rocketmq.Producer {
	base := []producer.Option{
		producer.WithNsResolver(primitive.NewPassthroughResolver(c.namesrv)),
		producer.WithGroupName(c.name("pg")),
		producer.WithInstanceName(c.instance()),
		producer.WithSendMsgTimeout(10 * time.Second),
	}
	p, err := rocketmq.NewProducer(append(base, options...)...)
	checkNoError(err, "producer")
	checkNoError(p.Start(), "start of the producer")
	c.onClose(p.Shutdown)
	return p
}

// topic makes a topic through the administrative request, and waits for its route.
func (c *caseContext) topic(what string, queues int) string {
	return c.topicOn("broker", what, queues)
}

func (c *caseContext) topicOn(member, what string, queues int) string {
	name := c.name(what)
	a, err := admin.NewAdmin(admin.WithResolver(primitive.NewPassthroughResolver(c.namesrv)))
	checkNoError(err, "admin")
	defer a.Close()
	err = a.CreateTopic(context.Background(),
		admin.WithTopicCreate(name),
		admin.WithBrokerAddrCreate(c.control.address(member)),
		admin.WithReadQueueNums(queues),
		admin.WithWriteQueueNums(queues))
	checkNoError(err, "creation of "+name)
	c.awaitQueues(a, name, queues)
	return name
}

// awaitQueues waits until the name servers know so many queues of a topic that can be written.
func (c *caseContext) awaitQueues(a admin.Admin, topic string, queues int) {
	eventually("route of "+topic, 20*time.Second, func() bool {
		found, err := a.FetchPublishMessageQueues(context.Background(), topic)
		return err == nil && len(found) == queues
	})
}

// send sends each body and checks the answers.
func (c *caseContext) send(p rocketmq.Producer, topic string, bodies []string) []*primitive.SendResult {
	var results []*primitive.SendResult
	for _, body := range bodies {
		result, err := p.SendSync(context.Background(), primitive.NewMessage(topic, []byte(body)))
		checkNoError(err, "send of "+body)
		checkEqual(primitive.SendOK, result.Status, "status of "+body)
		results = append(results, result)
	}
	return results
}

type handler = func(context.Context, ...*primitive.MessageExt) (consumer.ConsumeResult, error)

// consumeWith starts a push consumer that begins with the first message.
func (c *caseContext) consumeWith(group, topic string, selector consumer.MessageSelector, handle handler,
	options ...consumer.Option) rocketmq.PushConsumer {
	base := []consumer.Option{
		consumer.WithNsResolver(primitive.NewPassthroughResolver(c.namesrv)),
		consumer.WithGroupName(group),
		consumer.WithInstance(c.instance()),
		consumer.WithConsumeFromWhere(consumer.ConsumeFromFirstOffset),
	}
	pc, err := rocketmq.NewPushConsumer(append(base, options...)...)
	checkNoError(err, "push consumer")
	checkNoError(pc.Subscribe(topic, selector, handle), "subscription")
	checkNoError(pc.Start(), "start of the consumer")
	c.onClose(pc.Shutdown)
	return pc
}

func (c *caseContext) consume(group, topic string, selector consumer.MessageSelector, into *received,
	options ...consumer.Option) rocketmq.PushConsumer {
	return c.consumeWith(group, topic, selector, into.handle, options...)
}

func bodies(prefix string, count int) []string {
	result := make([]string, count)
	for i := range result {
		result[i] = prefix + strconv.Itoa(i)
	}
	return result
}
