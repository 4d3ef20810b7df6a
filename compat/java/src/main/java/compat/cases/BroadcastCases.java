package compat.cases;

import static compat.Context.bodies;

import compat.CaseSet;
import compat.Context;
import compat.Received;
import compat.Registry;
import java.util.ArrayList;
import java.util.List;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.producer.DefaultMQProducer;

/** Every consumer of the group gets every message. */
public final class BroadcastCases {
    private BroadcastCases() {
    }

    public static void register(Registry registry) {
        registry.shared("push-broadcasting", CaseSet.CORE, BroadcastCases::broadcasting);
    }

    private static void broadcasting(Context context) throws Exception {
        String topic = context.name("t");
        DefaultMQProducer producer = context.producerWithTopic(topic, 4);
        List<Received> all = new ArrayList<>();
        List<DefaultMQPushConsumer> consumers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Received received = new Received();
            all.add(received);
            DefaultMQPushConsumer consumer = context.newPushConsumer(context.name("g"));
            Context.setBroadcasting(consumer);
            consumer.subscribe(topic, "*");
            consumer.registerMessageListener(Context.into(received));
            consumer.start();
            consumers.add(consumer);
        }
        for (DefaultMQPushConsumer consumer : consumers) {
            Context.awaitBalanced(topic, 4, List.of(consumer));
        }
        Context.send(producer, topic, bodies("b", 60));
        for (Received received : all) {
            received.awaitExactly(bodies("b", 60), "consumer " + all.indexOf(received));
        }
    }
}
