package compat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.common.consumer.ConsumeFromWhere;

/**
 * A consumer in a process of its own, which can be killed. It prints the body of each message that it has consumed, into a file:
 * what stands in a pipe is lost with the process.
 */
public final class CrashingConsumer {
    private static final String MARK = "consumed ";

    private final Process process;
    private final Path output;

    private CrashingConsumer(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    public static CrashingConsumer start(Context context, String group, String topic) throws IOException {
        return start(context, group, topic, 0);
    }

    /** One that pops; what it does not acknowledge is hidden from others for so long. */
    public static CrashingConsumer startPopping(Context context, String group, String topic, long invisibleMillis)
        throws IOException {
        return start(context, group, topic, invisibleMillis);
    }

    private static CrashingConsumer start(Context context, String group, String topic, long invisibleMillis)
        throws IOException {
        Path output = Files.createTempFile("crashing-consumer", ".out");
        context.onClose(() -> output.toFile().delete());
        ProcessBuilder builder = new ProcessBuilder(
            System.getProperty("java.home") + "/bin/java", "-Xmx128m", "-XX:TieredStopAtLevel=1",
            "-Duser.home=" + System.getProperty("user.home"),
            "-cp", System.getProperty("java.class.path"), CrashingConsumer.class.getName(),
            context.settings.namesrv, group, topic, String.valueOf(invisibleMillis));
        builder.redirectErrorStream(true).redirectOutput(output.toFile());
        CrashingConsumer consumer = new CrashingConsumer(builder.start(), output);
        context.onClose(consumer::kill);
        return consumer;
    }

    /** As kill -9: it says goodbye to nobody. */
    public void kill() {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Of whole lines: the last one may have been cut. */
    public List<String> bodies() throws IOException {
        String text = Files.readString(output, StandardCharsets.UTF_8);
        List<String> bodies = new ArrayList<>();
        int start = 0;
        for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
            String line = text.substring(start, end);
            if (line.startsWith(MARK)) {
                bodies.add(line.substring(MARK.length()));
            }
            start = end + 1;
        }
        return bodies;
    }

    /** The program: name servers, group, topic, invisible time when it pops, else 0. */
    public static void main(String[] args) throws Exception {
        System.setProperty("rocketmq.client.rebalance.waitInterval", "1000");
        System.setProperty("rocketmq.client.rebalance.minInterval", "500");
        DefaultMQPushConsumer consumer = new DefaultMQPushConsumer(args[1]);
        consumer.setNamesrvAddr(args[0]);
        consumer.setInstanceName("crashing");
        long invisibleMillis = Long.parseLong(args[3]);
        if (invisibleMillis > 0) {
            ClientVersion.setPopping(consumer, invisibleMillis);
        }
        consumer.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_FIRST_OFFSET);
        consumer.setHeartbeatBrokerInterval(1000);
        consumer.setPersistConsumerOffsetInterval(500);
        consumer.subscribe(args[2], "*");
        consumer.registerMessageListener(
            (MessageListenerConcurrently) (messages, context) -> {
                messages.forEach(message -> System.out.print(MARK + Received.body(message) + "\n"));
                System.out.flush();
                return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
            });
        consumer.start();
        Thread.currentThread().join();
    }
}
