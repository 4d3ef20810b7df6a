package compat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.rocketmq.client.ClientConfig;
import org.apache.rocketmq.client.consumer.DefaultLitePullConsumer;
import org.apache.rocketmq.client.consumer.DefaultMQPullConsumer;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.client.consumer.rebalance.AllocateMessageQueueAveragely;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.client.producer.SendStatus;
import org.apache.rocketmq.client.producer.TransactionMQProducer;
import org.apache.rocketmq.common.consumer.ConsumeFromWhere;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageQueue;
import org.apache.rocketmq.remoting.RPCHook;

/** What a case works with: names of its own, and clients that are shut down when it ends. */
@SuppressWarnings("deprecation")
public final class Context implements AutoCloseable {
    private static final AtomicInteger CLIENTS = new AtomicInteger();
    private static final int CONSUMER_THREADS = 4;

    public final Settings settings;
    public final Control control;
    private final String prefix;
    private final List<Runnable> closers = new ArrayList<>();

    Context(Settings settings, String caseName) {
        this.settings = settings;
        control = new Control(settings.control);
        prefix = caseName + "-" + Long.toString(System.nanoTime(), 36);
    }

    /** A topic or group name that no other case has. */
    public String name(String what) {
        return prefix + "-" + what;
    }

    public static Message message(String topic, String body) {
        return new Message(topic, body.getBytes(StandardCharsets.UTF_8));
    }

    /** {@code prefix0 .. prefix(count-1)}. */
    public static List<String> bodies(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(i -> prefix + i).collect(Collectors.toList());
    }

    public DefaultMQProducer producer() throws Exception {
        DefaultMQProducer producer = newProducer();
        producer.start();
        return producer;
    }

    /** Its requests are signed by the hook; null: not at all. */
    public DefaultMQProducer producer(RPCHook hook) throws Exception {
        DefaultMQProducer producer = configure(new DefaultMQProducer(name("pg" + CLIENTS.incrementAndGet()), hook));
        closers.add(producer::shutdown);
        producer.start();
        return producer;
    }

    /** Not started, for cases that change its settings. */
    public DefaultMQProducer newProducer() {
        DefaultMQProducer producer = configure(new DefaultMQProducer(name("pg" + CLIENTS.incrementAndGet())));
        producer.setSendMsgTimeout(10_000);
        closers.add(producer::shutdown);
        return producer;
    }

    /** Not started. */
    public TransactionMQProducer newTransactionProducer(String group) {
        TransactionMQProducer producer = configure(new TransactionMQProducer(group));
        producer.setSendMsgTimeout(10_000);
        closers.add(producer::shutdown);
        return producer;
    }

    /** A started producer, and a topic made through the administrative request. */
    public DefaultMQProducer producerWithTopic(String topic, int queues) throws Exception {
        DefaultMQProducer producer = producer();
        createTopic(producer, topic, queues);
        return producer;
    }

    public void createTopic(DefaultMQProducer producer, String topic, int queues) throws Exception {
        ClientVersion.createTopic(producer, "TBW102", topic, queues);
        Check.eventually("route of " + topic, 20,
            () -> producer.fetchPublishMessageQueues(topic).size() >= queues);
    }

    /** Sends each body and checks the answer. */
    public static List<SendResult> send(DefaultMQProducer producer, String topic, List<String> bodies) throws Exception {
        List<SendResult> results = new ArrayList<>();
        for (String body : bodies) {
            SendResult result = producer.send(message(topic, body));
            Check.equal(SendStatus.SEND_OK, result.getSendStatus(), "status of " + body);
            results.add(result);
        }
        return results;
    }

    /** Not started; begins with the first message. */
    public DefaultMQPushConsumer newPushConsumer(String group) {
        return newPushConsumer(group, null);
    }

    /** Its requests are signed by the hook. */
    public DefaultMQPushConsumer newPushConsumer(String group, RPCHook hook) {
        DefaultMQPushConsumer consumer =
            configure(new DefaultMQPushConsumer(group, hook, new AllocateMessageQueueAveragely()));
        consumer.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_FIRST_OFFSET);
        consumer.setConsumeThreadMin(CONSUMER_THREADS);
        consumer.setConsumeThreadMax(CONSUMER_THREADS);
        closers.add(consumer::shutdown);
        return consumer;
    }

    /** A clustering consumer that puts what it gets into {@code received}. */
    public DefaultMQPushConsumer consume(String group, String topic, String tags, Received received) throws Exception {
        DefaultMQPushConsumer consumer = newPushConsumer(group);
        consumer.subscribe(topic, tags);
        consumer.registerMessageListener(into(received));
        consumer.start();
        return consumer;
    }

    public static MessageListenerConcurrently into(Received received) {
        return (messages, context) -> {
            received.add(messages);
            return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
        };
    }

    public static void setBroadcasting(DefaultMQPushConsumer consumer) throws Exception {
        ClientVersion.setBroadcasting(consumer);
    }

    /** The queues that a running push consumer holds at the moment. */
    public static Set<MessageQueue> assigned(DefaultMQPushConsumer consumer) {
        return consumer.getDefaultMQPushConsumerImpl().getRebalanceImpl().getProcessQueueTable().keySet();
    }

    /** Waits until the consumers share all queues of the topic, none held twice. */
    public static void awaitBalanced(String topic, int queues, List<DefaultMQPushConsumer> consumers) throws Exception {
        // A client that stops may take its locks once more after it gave them back: they last for 60 s then.
        Check.eventually("balance of " + topic, 75, () -> {
            List<MessageQueue> held = new ArrayList<>();
            for (DefaultMQPushConsumer consumer : consumers) {
                List<MessageQueue> own = assigned(consumer).stream()
                    .filter(queue -> queue.getTopic().equals(topic))
                    .collect(Collectors.toList());
                if (own.isEmpty()) {
                    return false;
                }
                held.addAll(own);
            }
            return held.size() == queues && held.stream().distinct().count() == queues;
        });
    }

    public DefaultMQPullConsumer pullConsumer(String group) throws Exception {
        DefaultMQPullConsumer consumer = configure(new DefaultMQPullConsumer(group));
        closers.add(consumer::shutdown);
        consumer.start();
        return consumer;
    }

    /** Not started. */
    public DefaultLitePullConsumer newLitePullConsumer(String group) {
        DefaultLitePullConsumer consumer = configure(new DefaultLitePullConsumer(group));
        consumer.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_FIRST_OFFSET);
        consumer.setAutoCommitIntervalMillis(1000);
        closers.add(consumer::shutdown);
        return consumer;
    }

    public void onClose(Runnable closer) {
        closers.add(closer);
    }

    @Override
    public void close() {
        Collections.reverse(closers);
        for (Runnable closer : closers) {
            try {
                closer.run();
            } catch (RuntimeException e) {
                e.printStackTrace();
            }
        }
    }

    private <T extends ClientConfig> T configure(T client) {
        client.setNamesrvAddr(settings.namesrv);
        client.setInstanceName(name("i" + CLIENTS.incrementAndGet()));
        client.setPollNameServerInterval(1000);
        client.setHeartbeatBrokerInterval(1000);
        client.setPersistConsumerOffsetInterval(500);
        return client;
    }
}
