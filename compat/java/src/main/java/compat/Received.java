package compat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.rocketmq.common.message.MessageExt;

/** What consumers got, in the order of arrival. */
public final class Received {
    private static final long LIMIT_SECONDS = 40;

    private final List<MessageExt> messages = new ArrayList<>();

    public synchronized void add(Collection<MessageExt> more) {
        messages.addAll(more);
    }

    public synchronized List<MessageExt> messages() {
        return new ArrayList<>(messages);
    }

    public synchronized int size() {
        return messages.size();
    }

    public List<String> bodies() {
        return messages().stream().map(Received::body).collect(Collectors.toList());
    }

    /** Bodies by queue, each in the order of arrival. */
    public Map<String, List<String>> bodiesByQueue() {
        Map<String, List<String>> byQueue = new LinkedHashMap<>();
        for (MessageExt message : messages()) {
            String queue = message.getBrokerName() + ":" + message.getQueueId();
            byQueue.computeIfAbsent(queue, key -> new ArrayList<>()).add(body(message));
        }
        return byQueue;
    }

    /** Waits for exactly these bodies, then a moment longer: none may come twice, none besides. */
    public void awaitExactly(Collection<String> expected, String what) throws InterruptedException {
        awaitAll(expected, what);
        Thread.sleep(300);
        Check.sameElements(expected, bodies(), what);
    }

    /** Waits until each of these bodies has come at least once. */
    public void awaitAll(Collection<String> expected, String what) throws InterruptedException {
        long deadline = System.nanoTime() + LIMIT_SECONDS * 1_000_000_000;
        while (!new HashSet<>(bodies()).containsAll(expected) && System.nanoTime() < deadline) {
            Thread.sleep(20);
        }
        Check.containsAll(bodies(), expected, what);
    }

    public static String body(MessageExt message) {
        return new String(message.getBody(), StandardCharsets.UTF_8);
    }
}
