package compat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.client.producer.SendStatus;
import org.apache.rocketmq.common.message.Message;

/** Sends numbered messages from several threads, whatever happens to the servers, and remembers what was acknowledged. */
public final class SteadyProducer {
    private static final int THREADS = 3;

    private final DefaultMQProducer producer;
    private final String topic;
    private final int bodySize;
    private final List<Thread> threads = new ArrayList<>();
    private final List<SendResult> acknowledged = new ArrayList<>();
    private final List<String> bodies = new ArrayList<>();
    private volatile boolean stopped;

    public SteadyProducer(Context context, String topic, int bodySize) throws Exception {
        producer = context.newProducer();
        producer.setSendMsgTimeout(1000);
        producer.setRetryTimesWhenSendFailed(0);
        producer.start();
        this.topic = topic;
        this.bodySize = bodySize;
        context.onClose(this::stop);
    }

    public void start() {
        for (int i = 0; i < THREADS; i++) {
            String prefix = "p" + i + "-";
            Thread thread = new Thread(() -> run(prefix));
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
        }
    }

    private void run(String prefix) {
        for (int number = 0; !stopped; number++) {
            String body = prefix + number;
            try {
                SendResult result = producer.send(message(body));
                if (result.getSendStatus() == SendStatus.SEND_OK) {
                    add(result, body);
                }
                Thread.sleep(2);
            } catch (Exception e) {
                // Nothing is known about this message: it may have been stored or not.
                pause();
            }
        }
    }

    private Message message(String body) {
        byte[] padded = new byte[Math.max(bodySize, body.length() + 1)];
        byte[] text = (body + "|").getBytes(StandardCharsets.UTF_8);
        System.arraycopy(text, 0, padded, 0, Math.min(text.length, padded.length));
        return new Message(topic, padded);
    }

    /** The number in a body made by this class, without its padding. */
    public static String text(String body) {
        return body.substring(0, body.indexOf('|'));
    }

    private synchronized void add(SendResult result, String body) {
        acknowledged.add(result);
        bodies.add(body);
    }

    private static void pause() {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits until this many more messages are acknowledged. */
    public void awaitMore(int count) throws InterruptedException {
        int goal = acknowledged().size() + count;
        Check.eventually(count + " more acknowledged", 40, () -> acknowledged().size() >= goal);
    }

    public void stop() {
        stopped = true;
        for (Thread thread : threads) {
            try {
                thread.join(5000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    public synchronized List<SendResult> acknowledged() {
        return new ArrayList<>(acknowledged);
    }

    public synchronized List<String> acknowledgedBodies() {
        return new ArrayList<>(bodies);
    }
}
