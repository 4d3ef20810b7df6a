package compat.cases;

import static compat.Context.bodies;

import compat.CaseSet;
import compat.Check;
import compat.Context;
import compat.Received;
import compat.Registry;
import java.util.ArrayList;
import java.util.List;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.producer.DefaultMQProducer;

/** Push consumers that share a topic's queues. */
public final class ClusteringCases {
    private static final int QUEUES = 8;

    private ClusteringCases() {
    }

    public static void register(Registry registry) {
        registry.shared("push-clustering", CaseSet.CORE, ClusteringCases::joinAndLeave);
        registry.shared("push-long-polling", CaseSet.CORE, ClusteringCases::longPolling);
        registry.shared("push-two-groups", CaseSet.FULL, ClusteringCases::twoGroups);
        registry.shared("push-many-messages", CaseSet.FULL, ClusteringCases::manyMessages);
    }

    private static void joinAndLeave(Context context) throws Exception {
        String topic = context.name("t");
        String group = context.name("g");
        DefaultMQProducer producer = context.producerWithTopic(topic, QUEUES);
        Received received = new Received();
        DefaultMQPushConsumer first = context.consume(group, topic, "*", received);
        DefaultMQPushConsumer second = context.consume(group, topic, "*", received);
        Context.awaitBalanced(topic, QUEUES, List.of(first, second));
        List<String> sent = new ArrayList<>();
        sendSome(producer, topic, "two", sent);
        received.awaitExactly(sent, "with two consumers");

        DefaultMQPushConsumer third = context.consume(group, topic, "*", received);
        sendSome(producer, topic, "joining", sent);
        Context.awaitBalanced(topic, QUEUES, List.of(first, second, third));
        received.awaitAll(sent, "while the third joined");

        first.shutdown();
        sendSome(producer, topic, "leaving", sent);
        Context.awaitBalanced(topic, QUEUES, List.of(second, third));
        received.awaitAll(sent, "while the first left");

        int before = received.size();
        List<String> settled = new ArrayList<>();
        sendSome(producer, topic, "settled", settled);
        received.awaitAll(settled, "after settling");
        Thread.sleep(300);
        List<String> all = received.bodies();
        Check.sameElements(settled, all.subList(before, all.size()), "after settling");
    }

    private static void sendSome(DefaultMQProducer producer, String topic, String prefix, List<String> sent)
        throws Exception {
        List<String> more = bodies(prefix, 80);
        Context.send(producer, topic, more);
        sent.addAll(more);
    }

    /** A waiting consumer gets a message when it arrives, not when its poll ends. */
    private static void longPolling(Context context) throws Exception {
        String topic = context.name("t");
        DefaultMQProducer producer = context.producerWithTopic(topic, 1);
        Received received = new Received();
        DefaultMQPushConsumer consumer = context.consume(context.name("g"), topic, "*", received);
        Context.awaitBalanced(topic, 1, List.of(consumer));
        Thread.sleep(1500);
        for (int i = 0; i < 5; i++) {
            int before = received.size();
            long start = System.nanoTime();
            Context.send(producer, topic, List.of("wake" + i));
            Check.eventually("message " + i, 5, () -> received.size() == before + 1);
            long millis = (System.nanoTime() - start) / 1_000_000;
            Check.that(millis < 1000, "woken after " + millis + " ms");
            Thread.sleep(200);
        }
        received.awaitExactly(bodies("wake", 5), "consumed");
    }

    private static void twoGroups(Context context) throws Exception {
        String topic = context.name("t");
        DefaultMQProducer producer = context.producerWithTopic(topic, 2);
        Received one = new Received();
        Received two = new Received();
        context.consume(context.name("g1"), topic, "*", one);
        context.consume(context.name("g2"), topic, "*", two);
        Context.send(producer, topic, bodies("m", 30));
        one.awaitExactly(bodies("m", 30), "first group");
        two.awaitExactly(bodies("m", 30), "second group");
    }

    private static void manyMessages(Context context) throws Exception {
        String topic = context.name("t");
        DefaultMQProducer producer = context.producerWithTopic(topic, 4);
        Received received = new Received();
        context.consume(context.name("g"), topic, "*", received);
        List<String> bodies = bodies("many", 5000);
        List<org.apache.rocketmq.common.message.Message> batch = new ArrayList<>();
        for (String body : bodies) {
            batch.add(Context.message(topic, body));
            if (batch.size() == 100) {
                producer.send(batch);
                batch = new ArrayList<>();
            }
        }
        received.awaitExactly(bodies, "consumed");
    }
}
