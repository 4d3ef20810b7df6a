package compat.cases;

import static compat.Context.bodies;

import compat.CaseSet;
import compat.Check;
import compat.Context;
import compat.Received;
import compat.Registry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.rocketmq.client.consumer.DefaultLitePullConsumer;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;

/** The lite pull consumer, with queues given by balance and chosen by hand. */
public final class LitePullCases {
    private LitePullCases() {
    }

    public static void register(Registry registry) {
        registry.shared("lite-pull-subscribe", CaseSet.CORE, LitePullCases::subscribe);
        registry.shared("lite-pull-assign", CaseSet.CORE, LitePullCases::assign);
    }

    private static void subscribe(Context context) throws Exception {
        String topic = context.name("t");
        String group = context.name("g");
        DefaultMQProducer producer = context.producerWithTopic(topic, 4);
        Context.send(producer, topic, bodies("a", 30));
        DefaultLitePullConsumer first = context.newLitePullConsumer(group);
        first.subscribe(topic, "*");
        first.start();
        Check.sameElements(bodies("a", 30), poll(first, 30), "first consumer");
        first.commitSync();
        first.shutdown();
        Context.send(producer, topic, bodies("b", 30));
        DefaultLitePullConsumer second = context.newLitePullConsumer(group);
        second.subscribe(topic, "*");
        second.start();
        Check.sameElements(bodies("b", 30), poll(second, 30), "second consumer of the group");
    }

    private static void assign(Context context) throws Exception {
        String topic = context.name("t");
        DefaultMQProducer producer = context.producerWithTopic(topic, 2);
        for (String body : bodies("m", 20)) {
            producer.send(Context.message(topic, body), (queues, message, key) -> queues.get(1), null);
        }
        DefaultLitePullConsumer consumer = context.newLitePullConsumer(context.name("g"));
        consumer.setAutoCommit(false);
        consumer.start();
        Collection<MessageQueue> queues = consumer.fetchMessageQueues(topic);
        MessageQueue second = queues.stream().filter(queue -> queue.getQueueId() == 1).findFirst().orElseThrow();
        consumer.assign(List.of(second));
        Check.equal(bodies("m", 20), poll(consumer, 20), "from where a new group begins");
        consumer.seek(second, 15);
        Check.equal(bodies("m", 20).subList(15, 20), poll(consumer, 5), "from offset 15");
        consumer.seekToBegin(second);
        Check.equal(bodies("m", 20), poll(consumer, 20), "from the beginning");
        consumer.commitSync();
        Check.eventually("committed 20", 10, () -> consumer.committed(second) == 20);
        Check.equal(20L, consumer.offsetForTimestamp(second, System.currentTimeMillis() + 60_000), "offset of a time to come");
    }

    /** Polls until {@code count} messages have come, and once more to see that no more do. */
    private static List<String> poll(DefaultLitePullConsumer consumer, int count) {
        List<MessageExt> messages = new ArrayList<>();
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (messages.size() < count && System.nanoTime() < deadline) {
            messages.addAll(consumer.poll(500));
        }
        messages.addAll(consumer.poll(300));
        return messages.stream().map(Received::body).collect(Collectors.toList());
    }
}
