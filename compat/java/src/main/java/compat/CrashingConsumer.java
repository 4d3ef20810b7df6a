package compat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.common.consumer.ConsumeFromWhere;

/** A consumer in a process of its own, which can be killed. It prints the body of each message that it has consumed. */
public final class CrashingConsumer {
    private final Process process;
    private final List<String> bodies = new ArrayList<>();
    private final Thread reader;

    private CrashingConsumer(Process process) {
        this.process = process;
        reader = new Thread(this::read);
        reader.setDaemon(true);
        reader.start();
    }

    public static CrashingConsumer start(Context context, String group, String topic) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
            System.getProperty("java.home") + "/bin/java", "-Xmx128m", "-XX:TieredStopAtLevel=1",
            "-Duser.home=" + System.getProperty("user.home"),
            "-cp", System.getProperty("java.class.path"), CrashingConsumer.class.getName(),
            context.settings.namesrv, group, topic);
        builder.redirectErrorStream(true);
        CrashingConsumer consumer = new CrashingConsumer(builder.start());
        context.onClose(consumer::kill);
        return consumer;
    }

    /** As kill -9: it says goodbye to nobody. */
    public void kill() {
        process.destroyForcibly();
        try {
            process.waitFor();
            reader.join(5000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    public List<String> bodies() {
        synchronized (bodies) {
            return new ArrayList<>(bodies);
        }
    }

    private void read() {
        try (BufferedReader lines = new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("consumed ")) {
                    synchronized (bodies) {
                        bodies.add(line.substring("consumed ".length()));
                    }
                }
            }
        } catch (IOException e) {
            // The process has gone.
        }
    }

    /** The program: name servers, group, topic. */
    public static void main(String[] args) throws Exception {
        System.setProperty("rocketmq.client.rebalance.waitInterval", "1000");
        System.setProperty("rocketmq.client.rebalance.minInterval", "500");
        DefaultMQPushConsumer consumer = new DefaultMQPushConsumer(args[1]);
        consumer.setNamesrvAddr(args[0]);
        consumer.setInstanceName("crashing");
        consumer.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_FIRST_OFFSET);
        consumer.setHeartbeatBrokerInterval(1000);
        consumer.setPersistConsumerOffsetInterval(500);
        consumer.subscribe(args[2], "*");
        consumer.registerMessageListener(
            (org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently) (messages, context) -> {
                messages.forEach(message -> System.out.println("consumed " + Received.body(message)));
                return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
            });
        consumer.start();
        Thread.currentThread().join();
    }
}
