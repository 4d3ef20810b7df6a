package compat.cases;

import compat.CaseSet;
import compat.Check;
import compat.ClientVersion;
import compat.Context;
import compat.Received;
import compat.Registry;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.producer.DefaultMQProducer;

/** Clients that write down what happened to their messages. */
public final class TraceCases {
    private static final String TRACE_TOPIC = "RMQ_SYS_TRACE_TOPIC";
    private static final char FIELD = '\u0001';

    private TraceCases() {
    }

    public static void register(Registry registry) {
        registry.shared("message-trace", CaseSet.FULL, TraceCases::trace);
    }

    /** One message: sent, given to a consumer, consumed. The servers have the topic from the start (traceTopicEnable). */
    private static void trace(Context context) throws Exception {
        String topic = context.name("t");
        DefaultMQProducer plain = context.producerWithTopic(topic, 1);
        Check.equal(1, plain.fetchPublishMessageQueues(TRACE_TOPIC).size(), "queues of the trace topic");
        Received traces = new Received();
        context.consume(context.name("reader"), TRACE_TOPIC, "*", traces);

        DefaultMQProducer producer = context.newProducer();
        ClientVersion.setTraced(producer);
        producer.start();
        String msgId = Context.send(producer, topic, List.of("traced")).get(0).getMsgId();
        DefaultMQPushConsumer consumer = context.newPushConsumer(context.name("g"));
        ClientVersion.setTraced(consumer);
        Received received = new Received();
        consumer.subscribe(topic, "*");
        consumer.registerMessageListener(Context.into(received));
        consumer.start();
        received.awaitExactly(List.of("traced"), "consumed");
        for (String type : List.of("Pub", "SubBefore", "SubAfter")) {
            Check.eventually("trace " + type + " of " + msgId, 30, () -> lines(traces).stream()
                .anyMatch(line -> line.startsWith(type + FIELD) && line.contains(msgId)));
        }
        String published = lines(traces).stream()
            .filter(line -> line.startsWith("Pub" + FIELD) && line.contains(msgId))
            .collect(Collectors.joining());
        Check.that(published.contains(FIELD + "DefaultRegion" + FIELD), "region of " + published);
    }

    private static List<String> lines(Received traces) {
        return traces.bodies().stream()
            .flatMap(body -> List.of(body.split("\u0002")).stream())
            .collect(Collectors.toList());
    }
}
