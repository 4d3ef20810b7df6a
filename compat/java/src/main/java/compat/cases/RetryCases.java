package compat.cases;

import static compat.Context.bodies;

import compat.CaseSet;
import compat.Check;
import compat.Context;
import compat.QueueReader;
import compat.Received;
import compat.Registry;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.rocketmq.client.consumer.DefaultMQPullConsumer;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageExt;

/** Messages that are not consumed at the first try, and delayed ones. */
public final class RetryCases {
    private RetryCases() {
    }

    public static void register(Registry registry) {
        registry.shared("retry-and-dead-letter", CaseSet.CORE, RetryCases::retryAndDeadLetter);
        registry.shared("retry-level-chosen", CaseSet.FULL, RetryCases::levelChosen);
        registry.shared("delay-level", CaseSet.FULL, RetryCases::delayLevel);
    }

    /** One delivery of a message to a listener. */
    private static final class Delivery {
        final long millis = System.currentTimeMillis();
        final MessageExt message;

        Delivery(MessageExt message) {
            this.message = message;
        }
    }

    /** Refuses bodies that begin with "bad"; asks for {@code level} when it does. */
    private static List<Delivery> consumeRefusing(Context context, String group, String topic, int level)
        throws Exception {
        List<Delivery> deliveries = Collections.synchronizedList(new ArrayList<>());
        DefaultMQPushConsumer consumer = context.newPushConsumer(group);
        consumer.setMaxReconsumeTimes(1);
        consumer.subscribe(topic, "*");
        consumer.registerMessageListener(
            (org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently) (messages, c) -> {
                messages.forEach(message -> deliveries.add(new Delivery(message)));
                c.setDelayLevelWhenNextConsume(level);
                return Received.body(messages.get(0)).startsWith("bad")
                    ? ConsumeConcurrentlyStatus.RECONSUME_LATER : ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
            });
        consumer.start();
        return deliveries;
    }

    private static void retryAndDeadLetter(Context context) throws Exception {
        String topic = context.name("t");
        String group = context.name("g");
        DefaultMQProducer producer = context.producerWithTopic(topic, 1);
        List<Delivery> deliveries = consumeRefusing(context, group, topic, 0);
        Context.send(producer, topic, bodies("good", 3));
        Message bad = new Message(topic, "tag", "the-key", "bad".getBytes());
        bad.putUserProperty("mine", "kept");
        SendResult sent = producer.send(bad);
        MessageExt dead = awaitDeadLetter(context, group);
        List<Delivery> tries = deliveries.stream()
            .filter(d -> Received.body(d.message).equals("bad")).collect(Collectors.toList());
        Check.equal(2, tries.size(), "deliveries before the dead letter");
        Check.equal(0, tries.get(0).message.getReconsumeTimes(), "reconsumeTimes of the first");
        Check.equal(1, tries.get(1).message.getReconsumeTimes(), "reconsumeTimes of the second");
        Check.equal(topic, tries.get(1).message.getTopic(), "topic of the second");
        Check.equal(sent.getMsgId(), tries.get(1).message.getMsgId(), "msgId of the second");
        long pause = tries.get(1).millis - tries.get(0).millis;
        Check.that(pause >= 9_000 && pause <= 13_000, "the first retry comes after 10 s, not " + pause + " ms");
        Check.equal("bad", Received.body(dead), "dead letter");
        Check.equal("tag", dead.getTags(), "its tag");
        Check.equal("the-key", dead.getKeys(), "its key");
        Check.equal("kept", dead.getUserProperty("mine"), "its user property");
        Check.equal(topic, dead.getProperty("RETRY_TOPIC"), "its topic of origin");
        Check.equal(sent.getOffsetMsgId(), dead.getProperty("ORIGIN_MESSAGE_ID"), "its message of origin");
        Check.equal(5, deliveries.size(), "deliveries over all");
    }

    private static MessageExt awaitDeadLetter(Context context, String group) throws Exception {
        DefaultMQPullConsumer reader = context.pullConsumer(context.name("reader"));
        List<MessageExt> found = new ArrayList<>();
        Check.eventually("a dead letter", 30, () -> {
            new QueueReader(reader).readAll("%DLQ%" + group).values().forEach(found::addAll);
            return !found.isEmpty();
        });
        Check.equal(1, found.size(), "dead letters");
        return found.get(0);
    }

    /** Level 1 is one second; -1 goes to the dead letters without another try. */
    private static void levelChosen(Context context) throws Exception {
        String topic = context.name("t");
        DefaultMQProducer producer = context.producerWithTopic(topic, 1);
        List<Delivery> soon = consumeRefusing(context, context.name("soon"), topic, 1);
        List<Delivery> never = consumeRefusing(context, context.name("never"), topic, -1);
        Context.send(producer, topic, List.of("bad"));
        awaitDeadLetter(context, context.name("never"));
        awaitDeadLetter(context, context.name("soon"));
        Check.equal(1, never.size(), "tries with level -1");
        Check.equal(2, soon.size(), "tries with level 1");
        long pause = soon.get(1).millis - soon.get(0).millis;
        Check.that(pause >= 900 && pause <= 4000, "level 1 comes after 1 s, not " + pause + " ms");
    }

    private static void delayLevel(Context context) throws Exception {
        String topic = context.name("t");
        DefaultMQProducer producer = context.producerWithTopic(topic, 2);
        Received received = new Received();
        context.consume(context.name("g"), topic, "*", received);
        long start = System.currentTimeMillis();
        for (int level : new int[] {2, 1, 0}) {
            Message message = Context.message(topic, "level" + level);
            message.setDelayTimeLevel(level);
            producer.send(message);
        }
        received.awaitExactly(List.of("level0", "level1", "level2"), "consumed");
        Check.equal(List.of("level0", "level1", "level2"), received.bodies(), "order");
        long second = received.messages().get(1).getStoreTimestamp() - start;
        long third = received.messages().get(2).getStoreTimestamp() - start;
        Check.that(second >= 1000 && second < 3500, "level 1 after " + second + " ms");
        Check.that(third >= 5000 && third < 8000, "level 2 after " + third + " ms");
    }
}
