package main

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/apache/rocketmq-client-go/v2"
	"github.com/apache/rocketmq-client-go/v2/primitive"
	"github.com/apache/rocketmq-client-go/v2/producer"
)

// txCheckMax is the brokers' transactionCheckMax.
const txCheckMax = 20

// transactionCases run on brokers that ask after three seconds and every two.
func transactionCases() []testCase {
	return []testCase{
		{"tx-commit-and-rollback", false, txCommitAndRollback},
		{"tx-unknown-then-checked", false, txUnknownThenChecked},
		{"tx-unknown-to-the-limit", false, txUnknownToTheLimit},
		{"tx-producer-crash", false, txProducerCrash},
		{"tx-broker-restart", true, func(c *caseContext) { txBrokerGone(c, "restart") }},
		{"tx-broker-kill9", true, func(c *caseContext) { txBrokerGone(c, "kill9-and-start") }},
	}
}

type decide func(body string) primitive.LocalTransactionState

func always(state primitive.LocalTransactionState) decide {
	return func(string) primitive.LocalTransactionState { return state }
}

// decisions is what a producer decides: when it sends, and when it is asked.
type decisions struct {
	atOnce, whenAsked decide
	mutex             sync.Mutex
	asked             map[string]int
}

func newDecisions(atOnce, whenAsked decide) *decisions {
	return &decisions{atOnce: atOnce, whenAsked: whenAsked, asked: map[string]int{}}
}

func (d *decisions) ExecuteLocalTransaction(message *primitive.Message) primitive.LocalTransactionState {
	return d.atOnce(string(message.Body))
}

func (d *decisions) CheckLocalTransaction(message *primitive.MessageExt) primitive.LocalTransactionState {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	d.asked[string(message.Body)]++
	return d.whenAsked(string(message.Body))
}

func (d *decisions) times(body string) int {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	return d.asked[body]
}

func (c *caseContext) transactionProducer(group string, d *decisions) rocketmq.TransactionProducer {
	p, err := rocketmq.NewTransactionProducer(d,
		producer.WithNsResolver(primitive.NewPassthroughResolver(c.namesrv)),
		producer.WithGroupName(group),
		producer.WithInstanceName(c.instance()),
		producer.WithSendMsgTimeout(10*time.Second),
	)
	checkNoError(err, "transaction producer")
	checkNoError(p.Start(), "start of the transaction producer")
	return p
}

func sendInTransaction(p rocketmq.TransactionProducer, topic string, texts []string) {
	for _, text := range texts {
		result, err := p.SendMessageInTransaction(context.Background(), primitive.NewMessage(topic, []byte(text)))
		checkNoError(err, "send of "+text)
		checkEqual(primitive.SendOK, result.Status, "status of "+text)
	}
}

func txCommitAndRollback(c *caseContext) {
	topic := c.topic("t", 4)
	got := &received{}
	c.consume(c.name("g"), topic, all, got)
	d := newDecisions(func(body string) primitive.LocalTransactionState {
		if strings.HasPrefix(body, "bad") {
			return primitive.RollbackMessageState
		}
		return primitive.CommitMessageState
	}, always(primitive.CommitMessageState))
	p := c.transactionProducer(c.name("pg"), d)
	c.onClose(p.Shutdown)
	for i := 0; i < 20; i++ {
		sendInTransaction(p, topic, []string{fmt.Sprint("good", i), fmt.Sprint("bad", i)})
	}
	got.awaitAll(bodies("good", 20), "committed")
	time.Sleep(8 * time.Second)
	checkSameElements(bodies("good", 20), got.bodies(), "committed, later")
	checkEqual(0, len(d.asked), "asked about")
}

func txUnknownThenChecked(c *caseContext) {
	topic := c.topic("t", 2)
	got := &received{}
	c.consume(c.name("g"), topic, all, got)
	d := newDecisions(always(primitive.UnknowState), func(body string) primitive.LocalTransactionState {
		if strings.HasPrefix(body, "bad") {
			return primitive.RollbackMessageState
		}
		return primitive.CommitMessageState
	})
	p := c.transactionProducer(c.name("pg"), d)
	c.onClose(p.Shutdown)
	sendInTransaction(p, topic, bodies("good", 10))
	sendInTransaction(p, topic, bodies("bad", 10))
	got.awaitAll(bodies("good", 10), "committed when asked")
	time.Sleep(6 * time.Second)
	checkSameElements(bodies("good", 10), got.bodies(), "committed, later")
	for _, body := range append(bodies("good", 10), bodies("bad", 10)...) {
		checkEqual(1, d.times(body), "asked about "+body)
	}
}

func txUnknownToTheLimit(c *caseContext) {
	topic := c.topic("t", 1)
	got := &received{}
	c.consume(c.name("g"), topic, all, got)
	d := newDecisions(always(primitive.UnknowState), always(primitive.UnknowState))
	p := c.transactionProducer(c.name("pg"), d)
	c.onClose(p.Shutdown)
	sendInTransaction(p, topic, []string{"m"})
	eventually("asked to the limit", 90*time.Second, func() bool { return d.times("m") == txCheckMax })
	time.Sleep(6 * time.Second)
	checkEqual(txCheckMax, d.times("m"), "asked in all")
	checkEqual(0, len(got.all()), "consumed")
}

// txProducerCrash: a producer that has gone leaves its transactions to the others of its group.
func txProducerCrash(c *caseContext) {
	topic := c.topic("t", 1)
	got := &received{}
	c.consume(c.name("g"), topic, all, got)
	group := c.name("pg")
	first := c.transactionProducer(group, newDecisions(always(primitive.UnknowState), always(primitive.UnknowState)))
	sendInTransaction(first, topic, bodies("m", 5))
	checkNoError(first.Shutdown(), "end of the first producer")
	time.Sleep(5 * time.Second)
	second := c.transactionProducer(group, newDecisions(always(primitive.UnknowState), always(primitive.CommitMessageState)))
	c.onClose(second.Shutdown)
	// The Go client announces itself to the brokers whose topics it knows.
	sendInTransaction(second, topic, []string{"m5"})
	got.awaitAll(bodies("m", 6), "committed by the second")
	time.Sleep(3 * time.Second)
	checkSameElements(bodies("m", 6), got.bodies(), "committed, later")
}

// txBrokerGone: what was begun before is settled after; what was settled stays so.
func txBrokerGone(c *caseContext, action string) {
	topic := c.topic("t", 2)
	got := &received{}
	c.consume(c.name("g"), topic, all, got)
	states := map[byte]primitive.LocalTransactionState{
		'n': primitive.CommitMessageState, 'r': primitive.RollbackMessageState,
		'l': primitive.UnknowState, 'x': primitive.UnknowState,
	}
	d := newDecisions(
		func(body string) primitive.LocalTransactionState { return states[body[0]] },
		func(body string) primitive.LocalTransactionState {
			if body[0] == 'n' || body[0] == 'l' {
				return primitive.CommitMessageState
			}
			return primitive.RollbackMessageState
		})
	group := c.name("pg")
	p := c.transactionProducer(group, d)
	c.onClose(p.Shutdown)
	for _, prefix := range []string{"now", "rolled", "later", "x"} {
		sendInTransaction(p, topic, bodies(prefix, 5))
	}
	got.awaitAll(bodies("now", 5), "committed at once")
	c.control.post("broker", action)
	// The first producer announces itself to the new broker only with its next heartbeat, which may be 30 s away.
	second := c.transactionProducer(group, d)
	c.onClose(second.Shutdown)
	sendInTransaction(second, topic, []string{"next"})
	expected := append(bodies("now", 5), bodies("later", 5)...)
	expected = append(expected, "next")
	got.awaitAll(expected, "committed")
	time.Sleep(6 * time.Second)
	for _, body := range got.bodies() {
		checkThat(body[0] == 'n' || body[0] == 'l', "not committed: %s", body)
	}
}
