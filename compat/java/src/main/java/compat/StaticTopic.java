package compat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Makes and moves the logical queues of a static topic over two brokers, by the requests that mqadmin sends. */
public final class StaticTopic implements AutoCloseable {
    private static final int UPDATE_AND_CREATE_STATIC_TOPIC = 513;
    private static final long FIRST_EPOCH = 1_700_000_000_000L;

    private final String topic;
    /** Logical queue to its parts. */
    private final Map<Integer, List<Part>> queues = new TreeMap<>();
    private final Map<String, RawClient> brokers = new TreeMap<>();
    private final Map<String, Integer> queueNums = new LinkedHashMap<>();
    private long epoch = FIRST_EPOCH;

    private static final class Part {
        private final int gen;
        private final String broker;
        private final int queueId;
        private long logicOffset;

        private Part(int gen, String broker, int queueId, long logicOffset) {
            this.gen = gen;
            this.broker = broker;
            this.queueId = queueId;
            this.logicOffset = logicOffset;
        }

        private String json() {
            return String.format("{\"bname\":\"%s\",\"endOffset\":-1,\"gen\":%d,\"logicOffset\":%d,\"queueId\":%d,"
                + "\"startOffset\":0,\"timeOfEnd\":-1,\"timeOfStart\":-1}", broker, gen, logicOffset, queueId);
        }
    }

    public StaticTopic(Context context, String topic) throws Exception {
        this.topic = topic;
        brokers.put("broker-a", new RawClient(context.control.address("broker")));
        brokers.put("broker-b", new RawClient(context.control.address("broker-b")));
    }

    /** One logical queue on each of the brokers named. */
    public void create(String... leaders) throws Exception {
        for (int id = 0; id < leaders.length; id++) {
            queues.put(id, new ArrayList<>(List.of(new Part(0, leaders[id], nextQueue(leaders[id]), 0))));
        }
        for (String broker : brokers.keySet()) {
            tell(broker);
        }
    }

    /** Moves a logical queue: the new broker first takes messages without knowing their offsets, then the old one ends. */
    public void remap(int id, String broker, long logicOffset) throws Exception {
        List<Part> parts = queues.get(id);
        Part last = parts.get(parts.size() - 1);
        Part moved = new Part(last.gen + 1, broker, nextQueue(broker), -1);
        parts.add(moved);
        epoch += 1000;
        tell(broker);
        tell(last.broker);
        moved.logicOffset = logicOffset;
        tell(broker);
    }

    private int nextQueue(String broker) {
        int next = queueNums.getOrDefault(broker, 0);
        queueNums.put(broker, next + 1);
        return next;
    }

    private void tell(String broker) throws Exception {
        String hosted = queues.entrySet().stream()
            .filter(queue -> queue.getValue().stream().anyMatch(part -> part.broker.equals(broker)))
            .map(queue -> "\"" + queue.getKey() + "\":"
                + queue.getValue().stream().map(Part::json).collect(Collectors.joining(",", "[", "]")))
            .collect(Collectors.joining(",", "{", "}"));
        String detail = String.format("{\"bname\":\"%s\",\"currIdMap\":{},\"dirty\":false,\"epoch\":%d,\"hostedQueues\":%s,"
            + "\"scope\":\"__global__\",\"topic\":\"%s\",\"totalQueues\":%d}", broker, epoch, hosted, topic, queues.size());
        String queueNum = String.valueOf(queueNums.getOrDefault(broker, 0));
        brokers.get(broker).body(UPDATE_AND_CREATE_STATIC_TOPIC, detail,
            "topic", topic, "defaultTopic", "TBW102", "readQueueNums", queueNum, "writeQueueNums", queueNum,
            "perm", "6", "topicFilterType", "SINGLE_TAG", "topicSysFlag", "0", "order", "false", "force", "false");
    }

    @Override
    public void close() {
        brokers.values().forEach(RawClient::close);
    }
}
