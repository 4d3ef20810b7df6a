package compat.cases;

import compat.CaseSet;
import compat.Check;
import compat.Context;
import compat.RawClient;
import compat.Received;
import compat.Registry;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.MessageSelector;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.common.message.Message;

/** Which messages a subscription lets through. */
public final class FilterCases {
    private static final int QUERY_CONSUME_QUEUE = 321;
    private static final Pattern BIT_MAP = Pattern.compile("\"bitMap\":\"([01n\\\\]*)\"");

    private FilterCases() {
    }

    public static void register(Registry registry) {
        registry.shared("filter-tags", CaseSet.CORE, FilterCases::tags);
        registry.shared("filter-sql92", CaseSet.FULL, FilterCases::sql92);
    }

    /** For a broker that writes bit maps. */
    public static void registerBitMaps(Registry registry) {
        registry.exclusive("filter-bit-maps", CaseSet.POP, FilterCases::bitMaps);
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

    /**
     * The broker keeps a group's expression, also over its restart: bit maps of messages that come while nobody consumes say whether
     * the group wants them, and it gets those.
     */
    private static void bitMaps(Context context) throws Exception {
        String topic = context.name("t");
        String group = context.name("g");
        DefaultMQProducer producer = context.producerWithTopic(topic, 1);
        Received received = new Received();
        DefaultMQPushConsumer consumer = consumeNumbers(context, group, topic, received);
        // The broker knows the expression by then.
        Context.awaitBalanced(topic, 1, List.of(consumer));
        sendNumbers(producer, topic, "before");
        received.awaitExactly(List.of("before6", "before7", "before8", "before9"), "before the restart");
        consumer.shutdown();
        context.control.post("broker", "restart");
        sendNumbers(producer, topic, "after");
        try (RawClient broker = new RawClient(context.control.address("broker"))) {
            Check.eventually("all are dispatched", 10, () -> bitMapsOf(broker, topic).size() == 20);
            List<Boolean> wanted = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                wanted.add(i % 10 > 5);
            }
            Check.equal(wanted, bitMapsOf(broker, topic), "messages whose bit maps have bits");
        }
        Received again = new Received();
        consumeNumbers(context, group, topic, again);
        again.awaitExactly(List.of("after6", "after7", "after8", "after9"), "after the restart");
    }

    private static DefaultMQPushConsumer consumeNumbers(Context context, String group, String topic, Received received)
        throws Exception {
        DefaultMQPushConsumer consumer = context.newPushConsumer(group);
        consumer.subscribe(topic, MessageSelector.bySql("n > 5"));
        consumer.registerMessageListener(Context.into(received));
        consumer.start();
        return consumer;
    }

    private static void sendNumbers(DefaultMQProducer producer, String topic, String prefix) throws Exception {
        for (int i = 0; i < 10; i++) {
            Message message = new Message(topic, (prefix + i).getBytes());
            message.putUserProperty("n", String.valueOf(i));
            producer.send(message);
        }
    }

    /** Whether they have any bit, of all messages in queue 0. */
    private static List<Boolean> bitMapsOf(RawClient broker, String topic) throws Exception {
        String body = broker.body(QUERY_CONSUME_QUEUE, null, "topic", topic, "queueId", "0", "index", "0", "count", "100");
        List<Boolean> bitMaps = new ArrayList<>();
        Matcher matcher = BIT_MAP.matcher(body);
        while (matcher.find()) {
            bitMaps.add(matcher.group(1).contains("1"));
        }
        return bitMaps;
    }
}
