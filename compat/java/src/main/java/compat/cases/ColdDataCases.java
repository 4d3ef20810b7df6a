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
import java.util.stream.Collectors;
import org.apache.rocketmq.client.consumer.DefaultLitePullConsumer;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.common.message.MessageExt;

/** Groups that read more cold data than they may, on brokers for which all data is cold. */
public final class ColdDataCases {
    private static final int UPDATE_COLD_DATA_FLOW_CTR_CONFIG = 2001;
    private static final int PERIOD_MILLIS = 5_000;
    private static final int HELD_MILLIS = 3_000;
    /** What consumers ask for at a time. */
    private static final int BATCH = 32;
    /** Held pulls that the lite pull consumer waits for. */
    private static final int HELD = 2;

    private ColdDataCases() {
    }

    public static void register(Registry registry) {
        registry.shared("cold-data-push", CaseSet.DELAY, ColdDataCases::push);
        registry.shared("cold-data-lite-pull", CaseSet.DELAY, ColdDataCases::litePull);
    }

    /** One batch in each period of 5 s: the group may read one byte. */
    private static void push(Context context) throws Exception {
        String topic = context.name("t");
        String group = context.name("g");
        List<String> sent = bodies("m", 3 * BATCH);
        Context.send(context.producerWithTopic(topic, 1), topic, sent);
        mayRead(context, group, 1);
        Received received = new Received();
        DefaultMQPushConsumer consumer = context.newPushConsumer(group);
        consumer.subscribe(topic, "*");
        consumer.registerMessageListener(Context.into(received));
        consumer.start();
        Check.eventually("first message", 20, () -> received.size() > 0);
        long firstMillis = System.currentTimeMillis();
        received.awaitExactly(sent, "messages of a group that is held back");
        long lastMillis = System.currentTimeMillis();
        Check.that(lastMillis - firstMillis >= PERIOD_MILLIS, "three batches came in " + (lastMillis - firstMillis) + " ms");
    }

    /** After the first batch one message at a time, each 3 s later: the group may read nothing. */
    private static void litePull(Context context) throws Exception {
        String topic = context.name("t");
        String group = context.name("g");
        List<String> sent = bodies("m", BATCH + HELD);
        Context.send(context.producerWithTopic(topic, 1), topic, sent);
        mayRead(context, group, 0);
        DefaultLitePullConsumer consumer = context.newLitePullConsumer(group);
        consumer.setPullBatchSize(BATCH);
        consumer.subscribe(topic, "*");
        consumer.start();
        List<String> received = new ArrayList<>();
        long firstMillis = 0;
        for (int polls = 0; polls < 80 && received.size() < sent.size(); polls++) {
            List<MessageExt> messages = consumer.poll(500);
            if (firstMillis == 0 && !messages.isEmpty()) {
                firstMillis = System.currentTimeMillis();
            }
            received.addAll(messages.stream().map(Received::body).collect(Collectors.toList()));
        }
        long lastMillis = System.currentTimeMillis();
        Check.equal(sent, received, "messages of a group that is held back");
        Check.that(lastMillis - firstMillis >= HELD * HELD_MILLIS - 500, HELD + " came in " + (lastMillis - firstMillis) + " ms");
    }

    private static void mayRead(Context context, String group, int bytes) throws Exception {
        try (RawClient broker = new RawClient(context.control.address("broker"))) {
            broker.body(UPDATE_COLD_DATA_FLOW_CTR_CONFIG, group + "=" + bytes);
        }
    }
}
