package compat.cases;

import static compat.Context.bodies;

import compat.CaseSet;
import compat.Context;
import compat.Received;
import compat.Registry;
import java.util.List;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.common.consumer.ConsumeFromWhere;

/** Where a group goes on, and where it begins. */
public final class OffsetCases {
    private OffsetCases() {
    }

    public static void register(Registry registry) {
        registry.shared("offset-client-restart", CaseSet.CORE, OffsetCases::clientRestart);
        registry.shared("consume-from-where", CaseSet.CORE, OffsetCases::fromWhere);
        registry.exclusive("offset-server-restart", CaseSet.CORE, context -> serverRestart(context, "restart"));
        registry.exclusive("offset-server-kill", CaseSet.FULL, context -> serverRestart(context, "kill9-and-start"));
    }

    private static void consumeAndLeave(Context context, String topic, List<String> expected) throws Exception {
        Received received = new Received();
        DefaultMQPushConsumer consumer = context.consume(context.name("g"), topic, "*", received);
        received.awaitExactly(expected, "consumed");
        consumer.shutdown();
    }

    private static void clientRestart(Context context) throws Exception {
        String topic = context.name("t");
        DefaultMQProducer producer = context.producerWithTopic(topic, 4);
        Context.send(producer, topic, bodies("a", 30));
        consumeAndLeave(context, topic, bodies("a", 30));
        Context.send(producer, topic, bodies("b", 30));
        consumeAndLeave(context, topic, bodies("b", 30));
    }

    private static void serverRestart(Context context, String action) throws Exception {
        String topic = context.name("t");
        DefaultMQProducer producer = context.producerWithTopic(topic, 4);
        Context.send(producer, topic, bodies("a", 30));
        consumeAndLeave(context, topic, bodies("a", 30));
        // The server writes offsets every 5 s; a graceful stop writes them at once.
        if (action.startsWith("kill9")) {
            Thread.sleep(6000);
        }
        context.control.post("broker", action);
        Context.send(producer, topic, bodies("b", 30));
        consumeAndLeave(context, topic, bodies("b", 30));
    }

    /**
     * A young queue (its beginning still there and in memory) is consumed from the beginning by a new group, whatever
     * the group asks for: the server answers offset 0.
     */
    private static void fromWhere(Context context) throws Exception {
        String topic = context.name("t");
        DefaultMQProducer producer = context.producerWithTopic(topic, 2);
        Context.send(producer, topic, bodies("old", 10));
        for (ConsumeFromWhere where : List.of(ConsumeFromWhere.CONSUME_FROM_FIRST_OFFSET,
            ConsumeFromWhere.CONSUME_FROM_LAST_OFFSET, ConsumeFromWhere.CONSUME_FROM_TIMESTAMP)) {
            Received received = new Received();
            DefaultMQPushConsumer consumer = context.newPushConsumer(context.name(where.name().substring(13)));
            consumer.setConsumeFromWhere(where);
            consumer.subscribe(topic, "*");
            consumer.registerMessageListener(Context.into(received));
            consumer.start();
            received.awaitExactly(bodies("old", 10), where.name());
        }
    }
}
