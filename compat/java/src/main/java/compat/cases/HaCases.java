package compat.cases;

import static compat.Context.bodies;

import compat.CaseSet;
import compat.Check;
import compat.Context;
import compat.RawClient;
import compat.Received;
import compat.Registry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.producer.DefaultMQProducer;

/** Consumers whose master is killed, and then replaced by its slave. */
public final class HaCases {
    private static final String TOPIC = "HaReaders";
    private static final int QUEUES = 4;
    private static final int GET_TOPIC_CONFIG = 351;
    private static final int GET_CONSUMER_LIST_BY_GROUP = 38;
    /** Apache's slave asks for topics a minute after its start. */
    private static final long SYNC_SECONDS = 90;

    private HaCases() {
    }

    public static void register(Registry registry) {
        registry.exclusive("slave-takes-over-topic", CaseSet.HA, HaCases::startSlave);
        registry.exclusive("read-on-from-slave", CaseSet.HA, HaCases::readOn);
    }

    private static void startSlave(Context context) throws Exception {
        context.createTopic(context.producer(), TOPIC, QUEUES);
        context.control.post("slave", "start");
        try (RawClient slave = new RawClient(context.control.address("slave"))) {
            Check.eventually("the slave knows the topic", SYNC_SECONDS,
                () -> slave.call(GET_TOPIC_CONFIG, null, "topic", TOPIC).getCode() == 0);
        }
    }

    private static void readOn(Context context) throws Exception {
        String topic = TOPIC;
        String group = context.name("g");
        DefaultMQProducer producer = context.producer();
        Received received = new Received();
        DefaultMQPushConsumer consumer = context.consume(group, topic, "*", received);
        Context.awaitBalanced(topic, QUEUES, List.of(consumer));
        awaitOnSlave(context, group);

        Context.send(producer, topic, bodies("first", 200));
        received.awaitExactly(bodies("first", 200), "from the master");
        consumer.suspend();
        Context.send(producer, topic, bodies("second", 200));
        context.control.post("master", "kill9");
        consumer.resume();
        List<String> all = new ArrayList<>(bodies("first", 200));
        all.addAll(bodies("second", 200));
        received.awaitExactly(all, "what the master had not delivered, from the slave");

        // The client asks the name server each second; then it commits to the slave.
        TimeUnit.SECONDS.sleep(3);
        consumer.shutdown();
        context.control.post("slave", "stop");
        context.control.post("promoted", "start");
        Check.eventually("a master to send to", 30, () -> producer.fetchPublishMessageQueues(topic).size() == QUEUES);
        Received later = new Received();
        context.consume(group, topic, "*", later);
        Context.send(producer, topic, bodies("third", 200));
        later.awaitExactly(bodies("third", 200), "from the slave that was promoted");
        Received anew = new Received();
        context.consume(context.name("new"), topic, "*", anew);
        all.addAll(bodies("third", 200));
        anew.awaitExactly(all, "a new group");
    }

    /** Until the consumer is connected to the slave. */
    private static void awaitOnSlave(Context context, String group) throws Exception {
        try (RawClient slave = new RawClient(context.control.address("slave"))) {
            Check.eventually("the slave knows the consumer", 30,
                () -> slave.call(GET_CONSUMER_LIST_BY_GROUP, null, "consumerGroup", group).getCode() == 0);
        }
    }
}
