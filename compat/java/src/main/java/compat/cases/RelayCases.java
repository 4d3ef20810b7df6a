package compat.cases;

import static compat.Context.bodies;

import compat.CaseSet;
import compat.Check;
import compat.Context;
import compat.RawClient;
import compat.Received;
import compat.Registry;
import java.util.List;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.remoting.protocol.RemotingCommand;

/** Requests of tools that the broker passes on to consumers, and what tools ask about groups. */
public final class RelayCases {
    private static final int GET_CONSUMER_STATUS = 223;
    private static final int TIME_SPAN = 303;
    private static final int RUNNING_INFO = 307;
    private static final int CONSUME_DIRECTLY = 309;
    private static final int CLONE_OFFSET = 314;
    private static final int CONSUME_STATS = 317;
    private static final int CONSUME_QUEUE = 321;
    private static final int TOPICS = 343;
    private static final int SUBSCRIPTION = 345;
    private static final int FORBIDDEN = 353;

    private RelayCases() {
    }

    public static void register(Registry registry) {
        registry.shared("relay-to-consumer", CaseSet.FULL, RelayCases::relay);
        registry.shared("group-administration", CaseSet.FULL, RelayCases::administration);
    }

    private static void relay(Context context) throws Exception {
        String topic = context.name("t");
        String group = context.name("g");
        DefaultMQProducer producer = context.producerWithTopic(topic, 2);
        String msgId = Context.send(producer, topic, List.of("once")).get(0).getOffsetMsgId();
        Received received = new Received();
        DefaultMQPushConsumer consumer = context.consume(group, topic, "*", received);
        received.awaitExactly(List.of("once"), "consumed");
        String clientId = consumer.getDefaultMQPushConsumerImpl().getmQClientFactory().getClientId();
        try (RawClient broker = new RawClient(context.control.address("broker"))) {
            String info = broker.body(RUNNING_INFO, null, "consumerGroup", group, "clientId", clientId);
            for (String part : List.of("\"mqTable\"", "\"subscriptionSet\"", topic, "PROP_CONSUMEORDERLY")) {
                Check.that(info.contains(part), "running info has " + part + ": " + info);
            }
            String jstack = broker.body(RUNNING_INFO, null,
                "consumerGroup", group, "clientId", clientId, "jstackEnable", "true");
            Check.that(jstack.contains("\"jstack\""), "running info with stacks");

            String result = broker.body(CONSUME_DIRECTLY, null,
                "consumerGroup", group, "clientId", clientId, "msgId", msgId, "topic", topic);
            Check.that(result.contains("\"consumeResult\":\"CR_SUCCESS\""), "result " + result);
            received.awaitAll(List.of("once"), "consumed directly");
            Check.equal(List.of("once", "once"), received.bodies(), "consumed again");
            Check.equal(topic, received.messages().get(1).getTopic(), "topic");

            String status = broker.body(GET_CONSUMER_STATUS, null, "topic", topic, "group", group);
            Check.that(status.contains("\"" + clientId + "\""), "status " + status);

            RemotingCommand offline = broker.call(RUNNING_INFO, null, "consumerGroup", group, "clientId", "x");
            Check.equal(1, offline.getCode(), "code for a client that is not there");
            Check.equal("The Consumer <" + group + "> <x> not online", offline.getRemark(), "remark");
        }
    }

    private static void administration(Context context) throws Exception {
        String topic = context.name("t");
        String group = context.name("g");
        DefaultMQProducer producer = context.producerWithTopic(topic, 1);
        Context.send(producer, topic, bodies("a", 5));
        Received received = new Received();
        DefaultMQPushConsumer consumer = context.consume(group, topic, "*", received);
        received.awaitExactly(bodies("a", 5), "consumed");
        try (RawClient broker = new RawClient(context.control.address("broker"))) {
            String subscription = broker.body(SUBSCRIPTION, null, "group", group, "topic", topic);
            Check.that(subscription.contains("\"subString\":\"*\""), "subscription " + subscription);
            consumer.shutdown();

            String topics = broker.body(TOPICS, null, "group", group);
            Check.that(topics.contains("\"" + topic + "\""), "topics " + topics);
            String span = broker.body(TIME_SPAN, null, "group", group, "topic", topic);
            Check.that(span.contains("\"delayTime\":0"), "time span " + span);
            Check.that(broker.body(CONSUME_STATS, null, "isOrder", "false").contains(group), "statistics");
            String units = broker.body(CONSUME_QUEUE, null, "topic", topic, "queueId", "0", "index", "2", "count", "2");
            Check.equal(2, units.split("\"physicOffset\"", -1).length - 1, "units of " + units);
            Check.that(units.contains("\"maxQueueIndex\":5"), "end of " + units);
            RemotingCommand unknown = broker.call(CONSUME_QUEUE, null,
                "topic", topic, "queueId", "7", "index", "0", "count", "1");
            Check.equal("7@" + topic + " is not exist!", unknown.getRemark(), "remark for an unknown queue");

            String cloned = context.name("clone");
            broker.body(CLONE_OFFSET, null, "srcGroup", group, "destGroup", cloned, "topic", topic, "offline", "true");
            Context.send(producer, topic, bodies("b", 3));
            Received later = new Received();
            context.consume(cloned, topic, "*", later);
            later.awaitExactly(bodies("b", 3), "consumed by the clone");

            Check.that(forbidden(broker, group, topic, "false").contains("\"readable\":false"), "forbidden");
            Check.that(forbidden(broker, group, topic, null).contains("\"readable\":false"), "still forbidden");
            Check.that(forbidden(broker, group, topic, "true").contains("\"readable\":true"), "allowed again");
        }
    }

    private static String forbidden(RawClient broker, String group, String topic, String readable) throws Exception {
        return readable == null
            ? broker.body(FORBIDDEN, null, "group", group, "topic", topic)
            : broker.body(FORBIDDEN, null, "group", group, "topic", topic, "readable", readable);
    }
}
