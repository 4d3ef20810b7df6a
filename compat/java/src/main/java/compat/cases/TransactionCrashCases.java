package compat.cases;

import static compat.Context.bodies;

import compat.CaseSet;
import compat.Check;
import compat.Context;
import compat.Received;
import compat.Registry;
import compat.cases.TransactionCases.Decisions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.rocketmq.client.producer.LocalTransactionState;
import org.apache.rocketmq.client.producer.SendStatus;
import org.apache.rocketmq.client.producer.TransactionMQProducer;
import org.apache.rocketmq.common.message.Message;

/**
 * Transactions whose producer or broker, or both, crash at each of their steps: each has the outcome that was decided. One
 * that is settled shortly before or after a crash may be asked about again, and is then committed twice.
 */
public final class TransactionCrashCases {
    private static final LocalTransactionState COMMIT = LocalTransactionState.COMMIT_MESSAGE;
    private static final LocalTransactionState ROLLBACK = LocalTransactionState.ROLLBACK_MESSAGE;
    private static final LocalTransactionState UNKNOWN = LocalTransactionState.UNKNOW;

    private TransactionCrashCases() {
    }

    public static void register(Registry registry) {
        registry.exclusive("tx-producer-then-broker", CaseSet.TRANSACTION, TransactionCrashCases::producerThenBroker);
        registry.exclusive("tx-broker-while-decided", CaseSet.TRANSACTION, TransactionCrashCases::brokerWhileDecided);
        registry.exclusive("tx-broker-while-asked", CaseSet.TRANSACTION, TransactionCrashCases::brokerWhileAsked);
    }

    private static LocalTransactionState decision(String text) {
        return text.startsWith("good") ? COMMIT : ROLLBACK;
    }

    private static void crash(Context context, String action) {
        try {
            context.control.post("broker", action);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static void send(TransactionMQProducer producer, String topic, List<String> texts) throws Exception {
        for (String text : texts) {
            Message message = new Message(topic, text.getBytes());
            Check.equal(SendStatus.SEND_OK, producer.sendMessageInTransaction(message, null).getSendStatus(), text);
        }
    }

    private static Received consume(Context context, String topic) throws Exception {
        Received received = new Received();
        context.consume(context.name("g"), topic, "*", received);
        return received;
    }

    /** Longer than a half message takes to be noted as settled, and to be asked about again. */
    private static void awaitForGood(Received received, List<String> expected) throws Exception {
        received.awaitAll(expected, "committed");
        Thread.sleep(6_000);
        Check.equal(new HashSet<>(expected), new HashSet<>(received.bodies()), "committed, later");
    }

    /** Neither is there any more when the other producer comes, under another client id. */
    private static void producerThenBroker(Context context) throws Exception {
        String topic = context.name("t");
        context.producerWithTopic(topic, 2).shutdown();
        Received received = consume(context, topic);
        String group = context.name("pg");
        Decisions undecided = new Decisions(text -> UNKNOWN, text -> UNKNOWN);
        TransactionMQProducer first = TransactionCases.producer(context, group, undecided);
        send(first, topic, bodies("good", 5));
        send(first, topic, bodies("bad", 5));
        first.shutdown();
        crash(context, "kill9-and-start");
        Decisions decided = new Decisions(text -> COMMIT, TransactionCrashCases::decision);
        TransactionMQProducer second = TransactionCases.producer(context, group, decided);
        // A producer announces itself to the brokers whose topics it knows.
        Check.eventually("the second producer sends", 30, () -> {
            send(second, topic, List.of("good-second"));
            return true;
        });
        List<String> expected = bodies("good", 5);
        expected.add("good-second");
        awaitForGood(received, expected);
    }

    /** The broker crashes between the half message and the producer's decision, which never reaches it. */
    private static void brokerWhileDecided(Context context) throws Exception {
        String topic = context.name("t");
        context.producerWithTopic(topic, 2).shutdown();
        Received received = consume(context, topic);
        Decisions decisions = new Decisions(text -> {
            crash(context, "kill9");
            return decision(text);
        }, TransactionCrashCases::decision);
        TransactionMQProducer producer = TransactionCases.producer(context, context.name("pg"), decisions);
        List<String> texts = List.of("good", "bad");
        for (String text : texts) {
            send(producer, topic, List.of(text));
            crash(context, "start");
        }
        awaitForGood(received, List.of("good"));
    }

    /** The broker crashes after it has asked; the answer goes nowhere, and it asks again. */
    private static void brokerWhileAsked(Context context) throws Exception {
        String topic = context.name("t");
        context.producerWithTopic(topic, 2).shutdown();
        Received received = consume(context, topic);
        Set<String> asked = ConcurrentHashMap.newKeySet();
        Set<String> again = ConcurrentHashMap.newKeySet();
        Decisions decisions = new Decisions(text -> UNKNOWN, text -> {
            if (asked.isEmpty() && asked.add(text)) {
                crash(context, "kill9-and-start");
            } else if (!asked.add(text)) {
                again.add(text);
            }
            return decision(text);
        });
        TransactionMQProducer producer = TransactionCases.producer(context, context.name("pg"), decisions);
        List<String> texts = new ArrayList<>(bodies("good", 3));
        texts.addAll(bodies("bad", 3));
        send(producer, topic, texts);
        awaitForGood(received, bodies("good", 3));
        Check.that(!again.isEmpty(), "asked again after the crash");
    }
}
