package compat.cases;

import static compat.Context.bodies;

import compat.CaseSet;
import compat.Check;
import compat.ClientVersion;
import compat.Context;
import compat.RawClient;
import compat.Received;
import compat.Registry;
import java.util.List;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.remoting.protocol.RemotingCommand;

/** Consumers that let the broker share out the queues. */
public final class AssignmentCases {
    private static final int QUERY_ASSIGNMENT = 400;
    private static final int SET_MESSAGE_REQUEST_MODE = 401;
    private static final int GET_ALL_MESSAGE_REQUEST_MODE = 402;

    private AssignmentCases() {
    }

    public static void register(Registry registry) {
        registry.shared("broker-rebalance", CaseSet.FULL, AssignmentCases::rebalance);
        registry.shared("message-request-mode", CaseSet.FULL, AssignmentCases::requestMode);
    }

    private static void rebalance(Context context) throws Exception {
        String topic = context.name("t");
        DefaultMQProducer producer = context.producerWithTopic(topic, 5);
        Received received = new Received();
        DefaultMQPushConsumer first = join(context, topic, received);
        DefaultMQPushConsumer second = join(context, topic, received);
        Context.awaitBalanced(topic, 5, List.of(first, second));
        Context.send(producer, topic, bodies("a", 40));
        received.awaitExactly(bodies("a", 40), "consumed by two");
        second.shutdown();
        Context.awaitBalanced(topic, 5, List.of(first));
        Context.send(producer, topic, bodies("b", 40));
        received.awaitAll(bodies("b", 40), "consumed by the one that remains");
    }

    private static DefaultMQPushConsumer join(Context context, String topic, Received received) throws Exception {
        DefaultMQPushConsumer consumer = context.newPushConsumer(context.name("g"));
        ClientVersion.setServerRebalance(consumer);
        consumer.subscribe(topic, "*");
        consumer.registerMessageListener(Context.into(received));
        consumer.start();
        return consumer;
    }

    private static void requestMode(Context context) throws Exception {
        String topic = context.name("t");
        String group = context.name("g");
        context.producerWithTopic(topic, 3);
        DefaultMQPushConsumer consumer = context.consume(group, topic, "*", new Received());
        Context.awaitBalanced(topic, 3, List.of(consumer));
        String clientId = consumer.getDefaultMQPushConsumerImpl().getmQClientFactory().getClientId();
        try (RawClient broker = new RawClient(context.control.address("broker"))) {
            String pull = assignment(broker, topic, group, clientId, "AVG");
            Check.equal(3, pull.split("\"mode\":\"PULL\"", -1).length - 1, "queues to pull of " + pull);
            for (int queueId = 0; queueId < 3; queueId++) {
                Check.that(pull.contains("\"queueId\":" + queueId), "queue " + queueId + " of " + pull);
            }
            Check.equal("{\"messageQueueAssignments\":[]}", assignment(broker, topic, group, "stranger", "AVG"), "no member");
            Check.equal("{}", assignment(broker, topic, group, clientId, "NEAREST"), "unknown strategy");
            Check.equal("{}", assignment(broker, topic, context.name("none"), clientId, "AVG"), "group without members");

            setMode(broker, topic, group, 0, null);
            String pop = assignment(broker, topic, group, clientId, "AVG");
            Check.equal(1, pop.split("\"mode\":\"POP\"", -1).length - 1, "brokers to pop from of " + pop);
            Check.that(pop.contains("\"queueId\":-1"), "all queues of " + pop);
            String all = broker.body(GET_ALL_MESSAGE_REQUEST_MODE, null);
            Check.that(all.contains("{\"consumerGroup\":\"" + group + "\",\"mode\":\"POP\",\"popShareQueueNum\":0,\"topic\":\""
                + topic + "\"}"), "modes " + all);
            setMode(broker, "%RETRY%" + group, group, 16, "retry topic is not allowed to set mode");
            setMode(broker, topic + "x", group, 17, "topic[" + topic + "x] not exist");
        }
    }

    private static String assignment(RawClient broker, String topic, String group, String clientId, String strategy)
        throws Exception {
        return broker.body(QUERY_ASSIGNMENT, "{\"topic\":\"" + topic + "\",\"consumerGroup\":\"" + group
            + "\",\"clientId\":\"" + clientId + "\",\"strategyName\":\"" + strategy + "\",\"messageModel\":\"CLUSTERING\"}");
    }

    private static void setMode(RawClient broker, String topic, String group, int code, String remark) throws Exception {
        RemotingCommand response = broker.call(SET_MESSAGE_REQUEST_MODE, "{\"topic\":\"" + topic
            + "\",\"consumerGroup\":\"" + group + "\",\"mode\":\"POP\",\"popShareQueueNum\":0}");
        Check.equal(code, response.getCode(), "code");
        Check.equal(remark, response.getRemark(), "remark");
    }
}
