package compat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.rocketmq.client.apis.ClientConfiguration;
import org.apache.rocketmq.client.apis.ClientServiceProvider;
import org.apache.rocketmq.client.apis.consumer.FilterExpression;
import org.apache.rocketmq.client.apis.consumer.LitePushConsumer;
import org.apache.rocketmq.client.apis.consumer.MessageListener;
import org.apache.rocketmq.client.apis.consumer.PushConsumer;
import org.apache.rocketmq.client.apis.consumer.SimpleConsumer;
import org.apache.rocketmq.client.apis.message.MessageBuilder;
import org.apache.rocketmq.client.apis.message.MessageView;
import org.apache.rocketmq.client.apis.producer.Producer;
import org.apache.rocketmq.client.apis.producer.TransactionChecker;

/** Clients of Apache's Proxy, closed when the case ends, and the topics and groups that they need. */
public final class GrpcClients {
    /** How long a call of receive waits for messages. */
    public static final Duration AWAIT = Duration.ofSeconds(5);
    private static final int UPDATE_TOPIC = 17;
    private static final int UPDATE_GROUP = 200;

    private final Context context;
    private final ClientServiceProvider provider = ClientServiceProvider.loadService();
    private final ClientConfiguration configuration;
    private final RawClient broker;

    public GrpcClients(Context context) throws Exception {
        this.context = context;
        configuration = ClientConfiguration.newBuilder()
            .setEndpoints(context.control.address("proxy"))
            .setRequestTimeout(Duration.ofSeconds(10))
            .enableSsl(false)
            .build();
        broker = new RawClient(context.control.address("broker"));
        context.onClose(() -> close(broker));
    }

    /** Makes a topic, which the name servers know then; {@code type} is NORMAL, FIFO, DELAY or TRANSACTION. Returns its name. */
    public String topic(String type, int queues) throws Exception {
        String topic = context.name("t");
        String count = String.valueOf(queues);
        broker.body(UPDATE_TOPIC, null, "topic", topic, "defaultTopic", "TBW102", "readQueueNums", count,
            "writeQueueNums", count, "perm", "6", "topicFilterType", "SINGLE_TAG", "topicSysFlag", "0",
            "order", "false", "attributes", "+message.type=" + type);
        return topic;
    }

    /** Makes a topic that has lite topics, and names a group that may read them, with attributes like {@code lite.sub.model=Exclusive}. */
    public String liteTopic(String group, String... attributes) throws Exception {
        String topic = topic("LITE", 4);
        StringBuilder more = new StringBuilder("\"+lite.bind.topic\":\"" + topic + "\"");
        for (String attribute : attributes) {
            String[] parts = attribute.split("=");
            more.append(",\"+").append(parts[0]).append("\":\"").append(parts[1]).append('"');
        }
        broker.body(UPDATE_GROUP, "{\"groupName\":\"" + group + "\",\"consumeMessageOrderly\":true"
            + ",\"retryMaxTimes\":5,\"attributes\":{" + more + "}}");
        return topic;
    }

    /** Makes a group whose messages are tried {@code retries} times more, a second after the last time. Returns its name. */
    public String group(String what, boolean orderly, int retries) throws Exception {
        String group = context.name(what);
        String policy = "{\"type\":\"EXPONENTIAL\",\"exponentialRetryPolicy\":"
            + "{\"initial\":1000,\"max\":2000,\"multiplier\":1}}";
        String config = "{\"groupName\":\"" + group + "\",\"consumeMessageOrderly\":" + orderly
            + ",\"retryMaxTimes\":" + retries + ",\"groupRetryPolicy\":" + policy + "}";
        broker.body(UPDATE_GROUP, config);
        return group;
    }

    public Producer producer(String... topics) throws Exception {
        Producer producer = provider.newProducerBuilder()
            .setClientConfiguration(configuration)
            .setTopics(topics)
            .build();
        context.onClose(() -> close(producer));
        return producer;
    }

    public Producer transactionProducer(String topic, TransactionChecker checker) throws Exception {
        Producer producer = provider.newProducerBuilder()
            .setClientConfiguration(configuration)
            .setTopics(topic)
            .setTransactionChecker(checker)
            .build();
        context.onClose(() -> close(producer));
        return producer;
    }

    public SimpleConsumer simpleConsumer(String group, String topic, FilterExpression filter) throws Exception {
        SimpleConsumer consumer = provider.newSimpleConsumerBuilder()
            .setClientConfiguration(configuration)
            .setConsumerGroup(group)
            .setAwaitDuration(AWAIT)
            .setSubscriptionExpressions(Map.of(topic, filter))
            .build();
        context.onClose(() -> close(consumer));
        return consumer;
    }

    public PushConsumer pushConsumer(String group, String topic, MessageListener listener) throws Exception {
        PushConsumer consumer = provider.newPushConsumerBuilder()
            .setClientConfiguration(configuration)
            .setConsumerGroup(group)
            .setSubscriptionExpressions(Map.of(topic, FilterExpression.SUB_ALL))
            .setConsumptionThreadCount(4)
            .setMessageListener(listener)
            .build();
        context.onClose(() -> close(consumer));
        return consumer;
    }

    public LitePushConsumer litePushConsumer(String group, String topic, MessageListener listener) throws Exception {
        LitePushConsumer consumer = provider.newLitePushConsumerBuilder()
            .setClientConfiguration(configuration)
            .setConsumerGroup(group)
            .bindTopic(topic)
            .setConsumptionThreadCount(4)
            .setMessageListener(listener)
            .build();
        context.onClose(() -> close(consumer));
        return consumer;
    }

    public MessageBuilder message(String topic, String body) {
        return provider.newMessageBuilder().setTopic(topic).setBody(body.getBytes(StandardCharsets.UTF_8));
    }

    public void send(Producer producer, String topic, List<String> bodies) throws Exception {
        for (String body : bodies) {
            producer.send(message(topic, body).build());
        }
    }

    public static String body(MessageView message) {
        ByteBuffer body = message.getBody();
        return StandardCharsets.UTF_8.decode(body.duplicate()).toString();
    }

    /** In the background: a client takes its time. */
    private static void close(AutoCloseable client) {
        Thread closer = new Thread(() -> {
            try {
                client.close();
            } catch (Exception e) {
                e.printStackTrace();
            }
        });
        closer.setDaemon(true);
        closer.start();
    }
}
