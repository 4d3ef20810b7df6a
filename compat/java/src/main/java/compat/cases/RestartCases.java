package compat.cases;

import compat.CaseSet;
import compat.Check;
import compat.Context;
import compat.QueueReader;
import compat.Received;
import compat.Registry;
import compat.SteadyProducer;
import java.util.List;
import java.util.stream.Collectors;

/** The broker is restarted while clients work. */
public final class RestartCases {
    private static final int RESTARTS = 2;

    private RestartCases() {
    }

    public static void register(Registry registry) {
        registry.exclusive("restart-under-load", CaseSet.SMOKE, context -> run(context, "restart", RESTARTS));
    }

    /** What was acknowledged is consumed, and lies where the acknowledgement said. */
    static void run(Context context, String action, int rounds) throws Exception {
        String topic = context.name("t");
        context.producerWithTopic(topic, 4).shutdown();
        Received received = new Received();
        context.consume(context.name("g"), topic, "*", received);
        SteadyProducer producer = new SteadyProducer(context, topic, 1024);
        producer.start();
        for (int round = 0; round < rounds; round++) {
            producer.awaitMore(50);
            context.control.post("broker", action);
        }
        producer.awaitMore(50);
        producer.stop();
        List<String> acknowledged = producer.acknowledgedBodies();
        Check.eventually("all consumed", 40, () -> texts(received).containsAll(acknowledged));
        Check.containsAll(texts(received), acknowledged, "consumed");
        new QueueReader(context.pullConsumer(context.name("reader")))
            .checkAcknowledged(topic, producer.acknowledged());
    }

    private static java.util.Set<String> texts(Received received) {
        return received.bodies().stream().map(SteadyProducer::text).collect(Collectors.toSet());
    }
}
