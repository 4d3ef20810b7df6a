package compat.cases;

import compat.CaseSet;
import compat.Check;
import compat.Context;
import compat.Received;
import compat.Registry;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.rocketmq.client.exception.MQBrokerException;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageExt;

/** Bodies and properties at their limits. */
public final class BodyCases {
    private static final int MAX_BODY = 4 * 1024 * 1024;
    private static final int MESSAGE_ILLEGAL = 13;
    private static final String UNICODE = "grüße 你好 \uD83D\uDE80 \u0440\u0443\u0441 \u05E9\u05DC\u05D5\u05DD e\u0301";

    private BodyCases() {
    }

    public static void register(Registry registry) {
        registry.shared("body-4mib", CaseSet.CORE, BodyCases::largest);
        registry.shared("body-compressed", CaseSet.CORE, BodyCases::compressed);
        registry.shared("body-unusual", CaseSet.FULL, BodyCases::unusual);
        registry.shared("unicode", CaseSet.CORE, BodyCases::unicode);
        registry.shared("properties-too-long", CaseSet.FULL, BodyCases::propertiesTooLong);
    }

    /** The client's own checks are moved out of the way, so that the server's are met. */
    private static DefaultMQProducer plainProducer(Context context) throws Exception {
        DefaultMQProducer producer = context.newProducer();
        producer.setCompressMsgBodyOverHowmuch(Integer.MAX_VALUE);
        producer.setMaxMessageSize(2 * MAX_BODY);
        producer.setRetryTimesWhenSendFailed(0);
        producer.start();
        return producer;
    }

    private static void largest(Context context) throws Exception {
        String topic = context.name("t");
        DefaultMQProducer producer = plainProducer(context);
        context.createTopic(producer, topic, 1);
        byte[] body = new byte[MAX_BODY];
        new Random(1).nextBytes(body);
        producer.send(new Message(topic, body));
        refused(producer, new Message(topic, new byte[MAX_BODY + 1]));
        Received received = new Received();
        context.consume(context.name("g"), topic, "*", received);
        Check.eventually("the large message", 30, () -> received.size() == 1);
        Check.that(Arrays.equals(body, received.messages().get(0).getBody()), "body changed");
        Context.send(producer, topic, List.of("next"));
        Check.eventually("the next message", 10, () -> received.size() == 2);
    }

    private static void refused(DefaultMQProducer producer, Message message) throws Exception {
        try {
            producer.send(message);
        } catch (MQBrokerException e) {
            Check.equal(MESSAGE_ILLEGAL, e.getResponseCode(), "code for a message over the limit");
            return;
        }
        throw new AssertionError("accepted over the limit");
    }

    private static void compressed(Context context) throws Exception {
        String topic = context.name("t");
        DefaultMQProducer producer = context.producerWithTopic(topic, 1);
        byte[] body = "compress me, please. ".repeat(10_000).getBytes();
        producer.send(new Message(topic, "zip", body));
        Received received = new Received();
        context.consume(context.name("g"), topic, "zip", received);
        Check.eventually("the message", 20, () -> received.size() == 1);
        MessageExt message = received.messages().get(0);
        Check.that(Arrays.equals(body, message.getBody()), "body changed");
        Check.that(message.getStoreSize() < body.length / 10, "stored compressed: " + message.getStoreSize());
    }

    private static void unusual(Context context) throws Exception {
        String topic = context.name("t");
        DefaultMQProducer producer = plainProducer(context);
        context.createTopic(producer, topic, 1);
        byte[][] bodies = {{0}, {-1, 0, 1}, new byte[4096], new byte[65_536]};
        for (byte[] body : bodies) {
            producer.send(new Message(topic, body));
        }
        Received received = new Received();
        context.consume(context.name("g"), topic, "*", received);
        Check.eventually("all", 20, () -> received.size() == bodies.length);
        received.messages().forEach(message -> Check.that(
            Arrays.equals(bodies[(int) message.getQueueOffset()], message.getBody()), "body " + message.getQueueOffset()));
    }

    private static void unicode(Context context) throws Exception {
        String topic = context.name("t");
        DefaultMQProducer producer = context.producerWithTopic(topic, 1);
        Message message = new Message(topic, "标签\uD83D\uDE80", UNICODE + " second", UNICODE.getBytes("UTF-8"));
        message.putUserProperty("ключ", UNICODE);
        message.putUserProperty("json", "{\"a\":[1,\"\\n\"]}");
        message.setBuyerId("买家");
        producer.send(message);
        producer.send(new Message(topic, "other", "no".getBytes()));
        Received received = new Received();
        context.consume(context.name("g"), topic, "标签\uD83D\uDE80 || x", received);
        received.awaitExactly(List.of(UNICODE), "consumed");
        MessageExt got = received.messages().get(0);
        Check.equal("标签\uD83D\uDE80", got.getTags(), "tags");
        Check.equal(UNICODE + " second", got.getKeys(), "keys");
        Check.equal(UNICODE, got.getUserProperty("ключ"), "user property");
        Check.equal("{\"a\":[1,\"\\n\"]}", got.getUserProperty("json"), "user property json");
        Check.equal("买家", got.getBuyerId(), "buyer id");
    }

    private static void propertiesTooLong(Context context) throws Exception {
        String topic = context.name("t");
        DefaultMQProducer producer = plainProducer(context);
        context.createTopic(producer, topic, 1);
        Message fits = Context.message(topic, "fits");
        fits.putUserProperty("long", "p".repeat(32_000));
        producer.send(fits);
        Message tooLong = Context.message(topic, "too long");
        tooLong.putUserProperty("long", "p".repeat(32_768));
        refused(producer, tooLong);
        Received received = new Received();
        context.consume(context.name("g"), topic, "*", received);
        received.awaitExactly(List.of("fits"), "consumed");
        Check.equal(32_000, received.messages().get(0).getUserProperty("long").length(), "property length");
    }
}
