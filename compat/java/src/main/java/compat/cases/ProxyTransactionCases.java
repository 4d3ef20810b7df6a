package compat.cases;

import compat.CaseSet;
import compat.Check;
import compat.Context;
import compat.GrpcClients;
import compat.GrpcReceived;
import compat.Registry;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.apache.rocketmq.client.apis.consumer.ConsumeResult;
import org.apache.rocketmq.client.apis.message.MessageView;
import org.apache.rocketmq.client.apis.producer.Producer;
import org.apache.rocketmq.client.apis.producer.Transaction;
import org.apache.rocketmq.client.apis.producer.TransactionResolution;

/** Transactions of the gRPC client, through Apache's Proxy. */
public final class ProxyTransactionCases {
    private ProxyTransactionCases() {
    }

    public static void register(Registry registry) {
        CaseSet set = CaseSet.PROXY;
        registry.shared("proxy-transaction-ended", set, ProxyTransactionCases::ended);
        registry.shared("proxy-transaction-checked", set, ProxyTransactionCases::checked);
    }

    /** A topic for transactions, one that consumes it, and one that sends: half messages that are asked about. */
    private static final class Scene {
        final GrpcClients clients;
        final String topic;
        final GrpcReceived received = new GrpcReceived();
        final Map<String, MessageView> asked = new ConcurrentHashMap<>();
        final Producer producer;

        Scene(Context context, Function<String, TransactionResolution> whenAsked) throws Exception {
            clients = new GrpcClients(context);
            topic = clients.topic("TRANSACTION", 2);
            clients.pushConsumer(clients.group("g", false, 3), topic, message -> {
                received.add(message);
                return ConsumeResult.SUCCESS;
            });
            producer = clients.transactionProducer(topic, message -> {
                String text = GrpcClients.body(message);
                asked.put(text, message);
                return whenAsked.apply(text);
            });
        }

        Transaction begin(String text) throws Exception {
            Transaction transaction = producer.beginTransaction();
            producer.send(clients.message(topic, text).setTag("tag").setKeys("key").addProperty("mine", "kept").build(),
                transaction);
            return transaction;
        }
    }

    private static void ended(Context context) throws Exception {
        Scene scene = new Scene(context, text -> TransactionResolution.ROLLBACK);
        for (int i = 0; i < 5; i++) {
            scene.begin("good" + i).commit();
            scene.begin("bad" + i).rollback();
        }
        scene.received.awaitExactly(Context.bodies("good", 5), "committed");
        Thread.sleep(6_000);
        scene.received.awaitExactly(Context.bodies("good", 5), "committed, later");
        Check.equal(Map.of(), scene.asked, "asked about");
        MessageView message = scene.received.deliveries().get(0).message;
        Check.equal(Optional.of("tag"), message.getTag(), "tag");
        Check.equal(List.of("key"), List.copyOf(message.getKeys()), "keys");
        Check.equal("kept", message.getProperties().get("mine"), "property");
    }

    private static void checked(Context context) throws Exception {
        Scene scene = new Scene(context,
            text -> text.startsWith("good") ? TransactionResolution.COMMIT : TransactionResolution.ROLLBACK);
        for (int i = 0; i < 5; i++) {
            scene.begin("good" + i);
            scene.begin("bad" + i);
        }
        scene.received.awaitExactly(Context.bodies("good", 5), "committed when asked");
        Check.eventually("all asked about", 20, () -> scene.asked.size() == 10);
        Check.equal("kept", scene.asked.get("bad0").getProperties().get("mine"), "property when asked");
        Check.equal(Optional.of("tag"), scene.asked.get("bad0").getTag(), "tag when asked");
        Thread.sleep(5_000);
        scene.received.awaitExactly(Context.bodies("good", 5), "committed, later");
    }
}
