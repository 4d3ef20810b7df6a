package compat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.rocketmq.client.consumer.DefaultMQPullConsumer;
import org.apache.rocketmq.client.consumer.PullResult;
import org.apache.rocketmq.client.consumer.PullStatus;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;

/** Reads what the server has stored, queue by queue, and compares it with what was acknowledged. */
@SuppressWarnings("deprecation")
public final class QueueReader {
    private final DefaultMQPullConsumer consumer;

    public QueueReader(DefaultMQPullConsumer consumer) {
        this.consumer = consumer;
    }

    /** All messages of a topic; each queue must be gapless from offset 0. */
    public Map<MessageQueue, List<MessageExt>> readAll(String topic) throws Exception {
        Map<MessageQueue, List<MessageExt>> all = new TreeMap<>();
        for (MessageQueue queue : consumer.fetchSubscribeMessageQueues(topic)) {
            List<MessageExt> messages = read(queue);
            for (int i = 0; i < messages.size(); i++) {
                Check.equal((long) i, messages.get(i).getQueueOffset(), "offset of message " + i + " of " + queue);
            }
            all.put(queue, messages);
        }
        return all;
    }

    private List<MessageExt> read(MessageQueue queue) throws Exception {
        List<MessageExt> messages = new ArrayList<>();
        long offset = 0;
        while (true) {
            PullResult result = consumer.pull(queue, "*", offset, 32);
            if (result.getPullStatus() != PullStatus.FOUND) {
                Check.equal((long) messages.size(), result.getMaxOffset(), "end of " + queue);
                return messages;
            }
            messages.addAll(result.getMsgFoundList());
            offset = result.getNextBeginOffset();
        }
    }

    /** Each acknowledged message lies where its acknowledgement said. */
    public void checkAcknowledged(String topic, List<SendResult> acknowledged) throws Exception {
        Map<MessageQueue, List<MessageExt>> stored = readAll(topic);
        for (SendResult result : acknowledged) {
            List<MessageExt> queue = stored.get(result.getMessageQueue());
            Check.that(queue != null && result.getQueueOffset() < queue.size(), "lost: " + result);
            MessageExt message = queue.get((int) result.getQueueOffset());
            Check.equal(result.getMsgId(), message.getMsgId(), "message at " + result.getQueueOffset());
        }
    }
}
