package compat.cases;

import static compat.Context.bodies;

import compat.CaseSet;
import compat.Check;
import compat.Context;
import compat.Received;
import compat.Registry;
import compat.SkippedException;
import compat.SteadyProducer;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendResult;

/** Two brokers in one cluster; two name servers. */
public final class TwoServersCases {
    private TwoServersCases() {
    }

    public static void register(Registry registry) {
        registry.exclusive("two-brokers", CaseSet.FULL, TwoServersCases::twoBrokers);
        registry.exclusive("two-name-servers", CaseSet.FULL, TwoServersCases::twoNameServers);
    }

    private static void twoBrokers(Context context) throws Exception {
        context.control.post("broker-b", "start");
        boolean running = true;
        try {
            String topic = context.name("t");
            DefaultMQProducer producer = context.producer();
            context.createTopic(producer, topic, 4);
            Check.eventually("queues on both", 20, () -> producer.fetchPublishMessageQueues(topic).size() == 8);
            Received received = new Received();
            context.consume(context.name("g"), topic, "*", received);
            Map<Object, Long> perQueue = Context.send(producer, topic, bodies("m", 80)).stream()
                .collect(Collectors.groupingBy(SendResult::getMessageQueue, Collectors.counting()));
            Check.equal(8, perQueue.size(), "queues used of " + perQueue);
            perQueue.values().forEach(count -> Check.equal(10L, count, "messages per queue"));
            received.awaitExactly(bodies("m", 80), "from both");

            SteadyProducer steady = new SteadyProducer(context, topic, 100);
            steady.start();
            steady.awaitMore(50);
            context.control.post("broker-b", "stop");
            running = false;
            steady.awaitMore(100);
            context.control.post("broker-b", "start");
            running = true;
            steady.awaitMore(100);
            steady.stop();
            List<String> acknowledged = steady.acknowledgedBodies();
            Check.eventually("all consumed", 40, () -> received.bodies().stream()
                .map(body -> body.split("\\|")[0]).collect(Collectors.toSet()).containsAll(acknowledged));
        } finally {
            if (running) {
                context.control.post("broker-b", "stop");
            }
        }
    }

    private static void twoNameServers(Context context) throws Exception {
        if (!context.control.offers("namesrv-2")) {
            throw new SkippedException("one name server only");
        }
        context.control.post("namesrv", "stop");
        try {
            sendAndConsume(context, "without-first");
        } finally {
            context.control.post("namesrv", "start");
        }
        context.control.post("namesrv-2", "stop");
        try {
            // The broker registers with the first name server again within its period of 10 s.
            DefaultMQProducer producer = context.producer();
            Check.eventually("the broker is back", 25, () -> producer.fetchPublishMessageQueues("TBW102").size() > 0);
            sendAndConsume(context, "without-second");
        } finally {
            context.control.post("namesrv-2", "start");
        }
    }

    private static void sendAndConsume(Context context, String what) throws Exception {
        String topic = context.name(what);
        DefaultMQProducer producer = context.producer();
        // A client chooses one of its name servers, and another one only after a failure: its first calls may fail.
        Check.eventually("a name server for the producer", 20, () -> {
            context.createTopic(producer, topic, 4);
            return true;
        });
        Context.send(producer, topic, bodies("m", 20));
        Received received = new Received();
        Check.eventually("a name server for a consumer", 20, () -> {
            context.consume(context.name("g-" + what), topic, "*", received);
            return true;
        });
        received.awaitExactly(bodies("m", 20), what);
    }
}
