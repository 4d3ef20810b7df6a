package compat.cases;

import compat.CaseSet;
import compat.Check;
import compat.ClientVersion;
import compat.Context;
import compat.Registry;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.common.message.MessageQueue;

/** How topics come to be. */
public final class TopicCases {
    private static final int TOPIC_NOT_EXIST = 17;

    private TopicCases() {
    }

    public static void register(Registry registry) {
        registry.shared("topic-auto-create", CaseSet.CORE, TopicCases::autoCreate);
        registry.shared("topic-admin-create", CaseSet.CORE, TopicCases::adminCreate);
        registry.shared("topic-unknown", CaseSet.FULL, TopicCases::unknown);
    }

    private static void autoCreate(Context context) throws Exception {
        checkQueues(context, 6, 6);
        // Not more than the template topic has.
        checkQueues(context, 20, 8);
    }

    private static void checkQueues(Context context, int wanted, int given) throws Exception {
        String topic = context.name("q" + wanted);
        DefaultMQProducer producer = context.newProducer();
        producer.setDefaultTopicQueueNums(wanted);
        producer.start();
        Context.send(producer, topic, List.of("first"));
        Set<Integer> expected = queueIds(given);
        DefaultMQProducer other = context.producer();
        Check.eventually(given + " queues", 20, () -> expected.equals(queueIds(other, topic)));
        Check.eventually("route at the first producer", 20, () -> expected.equals(queueIds(producer, topic)));
    }

    private static void adminCreate(Context context) throws Exception {
        String topic = context.name("t");
        DefaultMQProducer producer = context.producer();
        // The answer comes after the registration: whoever asks a name server then finds the topic.
        ClientVersion.createTopic(producer, "TBW102", topic, 5);
        Check.equal(queueIds(5), queueIds(producer, topic), "queues right after the answer");
        // The same request changes it.
        context.createTopic(producer, topic, 7);
        Check.eventually("7 queues", 20, () -> queueIds(7).equals(queueIds(producer, topic)));
    }

    /** A template topic that does not exist: the server refuses to make the topic. */
    private static void unknown(Context context) throws Exception {
        DefaultMQProducer producer = context.newProducer();
        producer.setCreateTopicKey(context.name("no-template"));
        producer.start();
        try {
            producer.send(Context.message(context.name("t"), "lost"));
        } catch (MQClientException e) {
            Check.equal(TOPIC_NOT_EXIST, e.getResponseCode(), "code");
            return;
        }
        throw new AssertionError("sent to a topic that nobody has");
    }

    private static Set<Integer> queueIds(DefaultMQProducer producer, String topic) throws Exception {
        return producer.fetchPublishMessageQueues(topic).stream().map(MessageQueue::getQueueId).collect(Collectors.toSet());
    }

    private static Set<Integer> queueIds(int count) {
        return java.util.stream.IntStream.range(0, count).boxed().collect(Collectors.toSet());
    }
}
