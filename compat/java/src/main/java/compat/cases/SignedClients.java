package compat.cases;

import compat.Check;
import compat.Context;
import compat.RawClient;
import java.util.List;
import org.apache.rocketmq.client.exception.MQBrokerException;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.remoting.RPCHook;
import org.apache.rocketmq.remoting.protocol.RemotingCommand;

/** What the cases of access control share: clients that sign, and what the broker answers them. */
final class SignedClients {
    private SignedClients() {
    }

    static String answer(RawClient client, int code, String body, String... fields) throws Exception {
        RemotingCommand response = client.call(code, body, fields);
        return response.getCode() + " " + response.getRemark();
    }

    static void sends(Context context, RPCHook hook, String topic) throws Exception {
        Context.send(producer(context, hook, topic), topic, List.of("signed"));
    }

    /** Code and remark with which the broker refuses a message. */
    static String refusal(Context context, RPCHook hook, String topic) throws Exception {
        DefaultMQProducer producer = producer(context, hook, topic);
        try {
            producer.send(Context.message(topic, "refused"));
        } catch (MQClientException e) {
            // The client tries again what it is not told to give up.
            Check.that(e.getCause() instanceof MQBrokerException, "refused by the broker, not by " + e.getCause());
            MQBrokerException refusal = (MQBrokerException) e.getCause();
            return refusal.getResponseCode() + " " + refusal.getErrorMessage();
        }
        throw new AssertionError("not refused");
    }

    static DefaultMQProducer producer(Context context, RPCHook hook, String topic) throws Exception {
        DefaultMQProducer producer = context.producer(hook);
        Check.eventually("route", 20, () -> !producer.fetchPublishMessageQueues(topic).isEmpty());
        return producer;
    }
}
