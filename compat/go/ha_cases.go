package main

import (
	"time"

	"github.com/apache/rocketmq-client-go/v2/admin"
	"github.com/apache/rocketmq-client-go/v2/primitive"
)

const (
	getTopicConfig         = 351
	getConsumerListByGroup = 38
)

// haCases need a master, its slave, which is not started yet, and that slave as the master that it becomes.
func haCases() []testCase {
	return []testCase{{"read-on-from-slave", true, readOnFromSlave}}
}

func readOnFromSlave(c *caseContext) {
	topic := c.topicOn("master", "t", 4)
	c.control.post("slave", "start")
	slave := c.control.address("slave")
	// Apache's slave asks for topics a minute after its start.
	awaitAnswer("the slave knows the topic", slave, getTopicConfig, map[string]string{"topic": topic})

	group := c.name("g")
	got := &received{}
	reader := c.consume(group, topic, all, got)
	p := c.producer()
	awaitAnswer("the slave knows the consumer", slave, getConsumerListByGroup, map[string]string{"consumerGroup": group})
	expected := bodies("first", 200)
	c.send(p, topic, expected)
	got.awaitExactly(expected, "from the master")
	reader.Suspend()
	second := bodies("second", 200)
	c.send(p, topic, second)
	expected = append(expected, second...)
	c.control.post("master", "kill9")
	reader.Resume()
	got.awaitExactly(expected, "what the master had not delivered, from the slave")

	c.control.post("slave", "stop")
	c.control.post("promoted", "start")
	awaitMaster(c, topic)
	third := bodies("third", 200)
	c.send(c.producer(), topic, third)
	expected = append(expected, third...)
	anew := &received{}
	c.consume(c.name("new"), topic, all, anew)
	anew.awaitExactly(expected, "from the slave that was promoted")
}

func awaitAnswer(what, address string, code int, fields map[string]string) {
	eventually(what, 90*time.Second, func() bool {
		answer, _, _ := rawCall(address, code, fields)
		return answer == 0
	})
}

// awaitMaster waits until the name servers know queues that can be written.
func awaitMaster(c *caseContext, topic string) {
	a, err := admin.NewAdmin(admin.WithResolver(primitive.NewPassthroughResolver(c.namesrv)))
	checkNoError(err, "admin")
	defer a.Close()
	c.awaitQueues(a, topic, 4)
}
