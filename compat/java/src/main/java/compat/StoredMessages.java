package compat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.rocketmq.client.consumer.DefaultMQPullConsumer;
import org.apache.rocketmq.common.message.MessageClientExt;
import org.apache.rocketmq.common.message.MessageExt;

/** All that clients see of stored messages, as text that can be compared. */
@SuppressWarnings("deprecation")
public final class StoredMessages {
    private StoredMessages() {
    }

    /** By topic, queue and offset. */
    public static Map<String, String> describe(DefaultMQPullConsumer reader, List<String> topics) throws Exception {
        Map<String, String> all = new TreeMap<>();
        for (String topic : topics) {
            new QueueReader(reader).readAll(topic).forEach((queue, messages) -> {
                for (MessageExt message : messages) {
                    all.put(topic + "/" + queue.getQueueId() + "/" + message.getQueueOffset(), describe(message));
                }
            });
        }
        return all;
    }

    private static String describe(MessageExt message) {
        Map<String, String> properties = new TreeMap<>(message.getProperties());
        // What the client adds about the queue at the time of the pull.
        properties.keySet().removeAll(Arrays.asList("MIN_OFFSET", "MAX_OFFSET"));
        String offsetId = message instanceof MessageClientExt ? ((MessageClientExt) message).getOffsetMsgId() : "";
        return String.join(" ", message.getMsgId(), offsetId, message.getTopic(),
            "at " + message.getCommitLogOffset() + "+" + message.getStoreSize(),
            "born " + message.getBornTimestamp() + " " + message.getBornHost(),
            "stored " + message.getStoreTimestamp() + " " + message.getStoreHost(),
            "flags " + message.getFlag() + " " + message.getSysFlag(),
            "again " + message.getReconsumeTimes() + " " + message.getPreparedTransactionOffset(),
            "body " + message.getBodyCRC() + " " + Arrays.hashCode(message.getBody()),
            properties.toString());
    }
}
