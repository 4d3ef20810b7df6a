import com.alibaba.fastjson.JSON;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.client.consumer.store.OffsetStore;
import org.apache.rocketmq.client.consumer.store.ReadOffsetType;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageQueue;
import org.apache.rocketmq.tools.command.MQAdminStartup;

/**
 * Runs command lines of Apache's mqadmin in one JVM and prints what each of them prints, one JSON object a line. After each it
 * waits for a line on its standard input, so that others may look at the servers as the command has left them.
 * Arguments: a file with a command in each line, its words separated by tabs, and for each server NAME=NAMESRV=BROKER=DIRECTORY.
 * `{word}` in a command is replaced; `@clients` starts a producer and a consumer that send and consume some messages;
 * `@as USER SECRET` signs what the tool sends from then on, by conf/tools.yml, `@as` no longer; `@until PATTERN` before a command repeats it until it prints what matches; `@call METHOD ARGUMENTS` calls DefaultMQAdminExt.
 */
public class MqAdmin {
    private static final int MESSAGES = 12;
    private static final int QUEUES = 4;
    private static final long UNTIL_LIMIT_MS = 15_000;

    private final PrintStream out = System.out;
    private final Map<String, String> words = new HashMap<>();
    private final List<Runnable> clients = new ArrayList<>();
    private final BufferedReader in;
    /** The words of the last command, as it was run. */
    private String[] last = {};
    private AdminCalls calls;

    private MqAdmin(BufferedReader in) {
        this.in = in;
    }

    public static void main(String[] args) throws Exception {
        List<String> commands = Files.readAllLines(Path.of(args[0]));
        hastenShutdowns();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (int i = 1; i < args.length; i++) {
            new MqAdmin(in).run(args[i].split("="), commands);
        }
        System.exit(0);
    }

    /** A client's thread for connection events waits up to three seconds before it sees that it shall end: it is woken. */
    private static void hastenShutdowns() {
        Thread main = Thread.currentThread();
        Thread waker = new Thread(() -> {
            while (true) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
                if (!isIn(main, "org.apache.rocketmq.common.ServiceThread", "shutdown")) {
                    continue;
                }
                for (Thread thread : Thread.getAllStackTraces().keySet()) {
                    if (thread.getName().startsWith("NettyEventExecutor") && isIn(thread, "java.util.concurrent.LinkedBlockingQueue", "poll")) {
                        thread.interrupt();
                    }
                }
            }
        });
        waker.setDaemon(true);
        waker.start();
    }

    private static boolean isIn(Thread thread, String className, String method) {
        for (StackTraceElement frame : thread.getStackTrace()) {
            if (frame.getClassName().equals(className) && frame.getMethodName().equals(method)) {
                return true;
            }
        }
        return false;
    }

    private void run(String[] server, List<String> commands) throws Exception {
        words.put("namesrv", server[1]);
        words.put("broker", server[2]);
        words.put("dir", server[3]);
        for (int line = 0; line < commands.size(); line++) {
            String command = commands.get(line);
            long begin = System.currentTimeMillis();
            String output = outputOf(command.split("\t"));
            Map<String, Object> result = new HashMap<>();
            result.put("server", server[0]);
            result.put("line", line);
            result.put("ms", System.currentTimeMillis() - begin);
            result.put("output", output);
            result.put("words", last);
            out.println("@output " + JSON.toJSONString(result));
            in.readLine();
        }
        clients.forEach(Runnable::run);
    }

    private String outputOf(String[] args) throws Exception {
        if (args[0].equals("@clients")) {
            return startClients();
        }
        if (args[0].equals("@as")) {
            return signAs(args);
        }
        if (args[0].equals("@call")) {
            return call(Arrays.copyOfRange(args, 1, args.length));
        }
        if (!args[0].equals("@until")) {
            return mqadmin(args);
        }
        Pattern wanted = Pattern.compile(args[1]);
        long deadline = System.currentTimeMillis() + UNTIL_LIMIT_MS;
        while (true) {
            String output = mqadmin(Arrays.copyOfRange(args, 2, args.length));
            if (wanted.matcher(output).find() || System.currentTimeMillis() > deadline) {
                return output;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(300));
        }
    }

    private static String signAs(String[] args) throws IOException {
        Path file = Path.of(System.getenv("ROCKETMQ_HOME"), "conf", "tools.yml");
        Files.deleteIfExists(file);
        if (args.length == 3) {
            Files.createDirectories(file.getParent());
            Files.writeString(file, "accessKey: " + args[1] + "\nsecretKey: " + args[2] + "\n");
        }
        return String.join(" ", args);
    }

    private String call(String[] args) throws Exception {
        if (calls == null) {
            calls = new AdminCalls(words.get("namesrv"), "A" + words.get("broker"));
            clients.add(calls::shutdown);
        }
        replaceWords(args);
        return calls.call(args);
    }

    private void replaceWords(String[] args) {
        for (int i = 0; i < args.length; i++) {
            for (Map.Entry<String, String> word : words.entrySet()) {
                args[i] = args[i].replace("{" + word.getKey() + "}", word.getValue());
            }
        }
    }

    private String mqadmin(String[] args) {
        replaceWords(args);
        last = args;
        Commands.forget();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream captured = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        System.setOut(captured);
        System.setErr(captured);
        try {
            MQAdminStartup.main0(args, null);
        } finally {
            System.setOut(out);
            System.setErr(out);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** The last message of a queue counts as consumed a little after the listener has returned. */
    private static void awaitOffset(DefaultMQPushConsumer consumer, MessageQueue queue) {
        OffsetStore offsets = consumer.getDefaultMQPushConsumerImpl().getOffsetStore();
        while (offsets.readOffset(queue, ReadOffsetType.READ_FROM_MEMORY) < MESSAGES / QUEUES) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }

    /** Commands keep the client of their last run, which is shut down: each run gets new ones. */
    private static class Commands extends MQAdminStartup {
        static void forget() {
            SUB_COMMANDS.clear();
        }
    }

    /** Each message of a group is consumed once; the offsets are with the broker when this returns. */
    private String startClients() throws Exception {
        DefaultMQProducer producer = new DefaultMQProducer("PG");
        producer.setInstanceName("P" + words.get("broker"));
        producer.setNamesrvAddr(words.get("namesrv"));
        producer.start();
        List<String> sent = new ArrayList<>();
        for (int i = 0; i < MESSAGES; i++) {
            Message message = new Message("P", i % 2 == 0 ? "A" : "B", "K" + i, ("body " + i).getBytes(StandardCharsets.UTF_8));
            SendResult result = producer.send(message, new MessageQueue("P", "broker-a", i % QUEUES));
            words.put("msgId" + i, result.getMsgId());
            words.put("offsetMsgId" + i, result.getOffsetMsgId());
            sent.add(result.getSendStatus().name());
        }
        CountDownLatch consumed = new CountDownLatch(MESSAGES);
        DefaultMQPushConsumer consumer = new DefaultMQPushConsumer("CG");
        consumer.setInstanceName("C" + words.get("broker"));
        consumer.setNamesrvAddr(words.get("namesrv"));
        consumer.setPersistConsumerOffsetInterval(500);
        consumer.subscribe("P", "*");
        consumer.registerMessageListener((MessageListenerConcurrently) (messages, context) -> {
            messages.forEach(message -> consumed.countDown());
            return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
        });
        consumer.start();
        boolean all = consumed.await(30, TimeUnit.SECONDS);
        for (int queue = 0; queue < QUEUES; queue++) {
            awaitOffset(consumer, new MessageQueue("P", "broker-a", queue));
        }
        consumer.getDefaultMQPushConsumerImpl().persistConsumerOffset();
        words.put("clientId", consumer.buildMQClientId());
        clients.add(consumer::shutdown);
        clients.add(producer::shutdown);
        return sent + " " + all;
    }
}
