package compat.cases;

import compat.CaseSet;
import compat.Context;
import compat.Received;
import compat.Registry;
import java.util.ArrayList;
import java.util.List;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.MessageSelector;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.common.message.Message;

/** Which messages a subscription lets through. */
public final class FilterCases {
    private FilterCases() {
    }

    public static void register(Registry registry) {
        registry.shared("filter-tags", CaseSet.CORE, FilterCases::tags);
        registry.shared("filter-sql92", CaseSet.FULL, FilterCases::sql92);
    }

    /** "Aa" and "BB" have the same hash code, which is all that the server compares. */
    private static void tags(Context context) throws Exception {
        String topic = context.name("t");
        DefaultMQProducer producer = context.producerWithTopic(topic, 4);
        String[] tags = {"Aa", "BB", "c", null, "TAG-long_name.with:signs"};
        List<String> all = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            String body = tags[i % tags.length] + "#" + i;
            producer.send(new Message(topic, tags[i % tags.length], body.getBytes()));
            all.add(body);
        }
        expect(context, topic, "Aa", all, "Aa#");
        expect(context, topic, "BB||c", all, "BB#", "c#");
        expect(context, topic, " c  ||  TAG-long_name.with:signs ", all, "c#", "TAG-long_name.with:signs#");
        expect(context, topic, "*", all, "");
        expect(context, topic, null, all, "");
        expect(context, topic, "nobody", all, "-");
    }

    private static void expect(Context context, String topic, String expression, List<String> all, String... prefixes)
        throws Exception {
        List<String> expected = new ArrayList<>();
        for (String body : all) {
            if (List.of(prefixes).stream().anyMatch(body::startsWith)) {
                expected.add(body);
            }
        }
        Received received = new Received();
        context.consume(context.name("g" + Integer.toHexString(String.valueOf(expression).hashCode())),
            topic, expression, received);
        received.awaitExactly(expected, "for " + expression);
    }

    private static void sql92(Context context) throws Exception {
        String topic = context.name("t");
        DefaultMQProducer producer = context.producerWithTopic(topic, 2);
        for (int i = 0; i < 20; i++) {
            Message message = new Message(topic, i % 2 == 0 ? "even" : "odd", ("m" + i).getBytes());
            message.putUserProperty("n", String.valueOf(i));
            if (i < 12) {
                message.putUserProperty("region", i % 3 == 0 ? "eu" : "us");
            }
            producer.send(message);
        }
        Received received = new Received();
        DefaultMQPushConsumer consumer = context.newPushConsumer(context.name("g"));
        consumer.subscribe(topic, MessageSelector.bySql(
            "(n BETWEEN 4 AND 10 AND region = 'eu') OR (region IS NULL AND TAGS = 'odd' AND n > 15)"));
        consumer.registerMessageListener(Context.into(received));
        consumer.start();
        received.awaitExactly(List.of("m6", "m9", "m17", "m19"), "selected");
    }
}
