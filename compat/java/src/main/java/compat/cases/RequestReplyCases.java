package compat.cases;

import compat.CaseSet;
import compat.Check;
import compat.Context;
import compat.Received;
import compat.Registry;
import compat.SkippedException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyContext;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.exception.MQBrokerException;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.client.producer.SendStatus;
import org.apache.rocketmq.client.utils.MessageUtil;
import org.apache.rocketmq.common.MQVersion;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageAccessor;
import org.apache.rocketmq.common.message.MessageConst;
import org.apache.rocketmq.common.message.MessageExt;

/** Requests that a consumer answers. */
public final class RequestReplyCases {
    private static final long TTL_MILLIS = 20_000;

    private RequestReplyCases() {
    }

    public static void register(Registry registry) {
        registry.shared("request-reply", CaseSet.CORE, RequestReplyCases::requestReply);
        registry.shared("reply-to-nobody", CaseSet.CORE, RequestReplyCases::replyToNobody);
    }

    private static void requestReply(Context context) throws Exception {
        if (MQVersion.getVersionDesc(MQVersion.CURRENT_VERSION).equals("V5_3_3")) {
            throw new SkippedException("this client stops waiting as soon as its request is stored");
        }
        String topic = context.name("t");
        DefaultMQProducer requester = context.producerWithTopic(topic, 2);
        List<SendResult> replies = echo(context, topic);
        String large = "large ".repeat(2000);
        for (String body : List.of("one", "two", "\u00fc \u4e2d\u6587 \ud83d\ude80", large)) {
            MessageExt answer = (MessageExt) requester.request(Context.message(topic, body), TTL_MILLIS);
            Check.equal("re: " + body, Received.body(answer), "the answer");
            Check.that(answer.getProperty(MessageConst.PROPERTY_PUSH_REPLY_TIME) != null, "the time of the push");
        }
        Check.eventually("four replies", 10, () -> replies.size() == 4);
        for (SendResult reply : replies) {
            Check.equal(SendStatus.SEND_OK, reply.getSendStatus(), "status of the reply");
            Check.equal(32, reply.getOffsetMsgId().length(), "length of the id of a stored reply");
        }
    }

    /** Answers each message with its body. */
    private static List<SendResult> echo(Context context, String topic) throws Exception {
        List<SendResult> results = Collections.synchronizedList(new ArrayList<>());
        DefaultMQProducer replier = context.producer();
        DefaultMQPushConsumer consumer = context.newPushConsumer(context.name("g"));
        consumer.subscribe(topic, "*");
        consumer.registerMessageListener((List<MessageExt> messages,
            ConsumeConcurrentlyContext ignored) -> {
            for (MessageExt message : messages) {
                byte[] body = ("re: " + Received.body(message)).getBytes(StandardCharsets.UTF_8);
                try {
                    results.add(replier.send(MessageUtil.createReplyMessage(message, body), 10_000));
                } catch (Exception e) {
                    e.printStackTrace();
                }
            }
            return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
        });
        consumer.start();
        Context.awaitBalanced(topic, 2, List.of(consumer));
        return results;
    }

    /** The replier is told when the producer that waits has no connection. */
    private static void replyToNobody(Context context) throws Exception {
        DefaultMQProducer replier = context.producer();
        replier.setRetryTimesWhenSendFailed(0);
        expectRefusal(replier, reply("nobody"), "push reply message fail, channel of <nobody> not found.");
        expectRefusal(replier, reply(null), "reply message properties[REPLY_TO_CLIENT] is null");
    }

    private static Message reply(String client) throws Exception {
        Message request = new Message("t", "request".getBytes());
        MessageAccessor.putProperty(request, MessageConst.PROPERTY_CLUSTER, "CompatCluster");
        MessageAccessor.putProperty(request, MessageConst.PROPERTY_CORRELATION_ID, "c");
        MessageAccessor.putProperty(request, MessageConst.PROPERTY_MESSAGE_TTL, "3000");
        Message reply;
        if (client != null) {
            MessageAccessor.putProperty(request, MessageConst.PROPERTY_MESSAGE_REPLY_TO_CLIENT, client);
            reply = MessageUtil.createReplyMessage(request, "reply".getBytes());
        } else {
            reply = new Message("CompatCluster_REPLY_TOPIC", "reply".getBytes());
            MessageAccessor.putProperty(reply, MessageConst.PROPERTY_MESSAGE_TYPE, "reply");
        }
        return reply;
    }

    private static void expectRefusal(DefaultMQProducer replier, Message reply, String remark) throws Exception {
        try {
            replier.send(reply, 10_000);
            throw new AssertionError("a reply to nobody is taken");
        } catch (MQClientException e) {
            Check.equal(1, e.getResponseCode(), "code");
            Check.equal(remark, ((MQBrokerException) e.getCause()).getErrorMessage(), "remark");
        }
    }
}
