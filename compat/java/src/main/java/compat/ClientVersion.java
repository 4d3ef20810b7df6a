package compat;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Collections;
import java.util.Map;
import org.apache.rocketmq.client.ClientConfig;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.remoting.RPCHook;

/** What is called differently in 4.9.x and 5.x. */
public final class ClientVersion {
    private ClientVersion() {
    }

    /** The enum MessageModel moved to another package. */
    @SuppressWarnings({"unchecked", "rawtypes"})
    static void setBroadcasting(DefaultMQPushConsumer consumer) throws ReflectiveOperationException {
        for (Method method : DefaultMQPushConsumer.class.getMethods()) {
            if (method.getName().equals("setMessageModel")) {
                Class<? extends Enum> model = (Class<? extends Enum>) method.getParameterTypes()[0];
                method.invoke(consumer, Enum.valueOf(model, "BROADCASTING"));
                return;
            }
        }
        throw new NoSuchMethodException("setMessageModel");
    }

    /** 5.x takes the topic's attributes too. */
    public static void createTopic(DefaultMQProducer producer, String key, String topic, int queues)
        throws ReflectiveOperationException {
        Class<?> type = DefaultMQProducer.class;
        try {
            type.getMethod("createTopic", String.class, String.class, int.class, Map.class)
                .invoke(producer, key, topic, queues, Collections.emptyMap());
        } catch (NoSuchMethodException e) {
            type.getMethod("createTopic", String.class, String.class, int.class).invoke(producer, key, topic, queues);
        }
    }

    /** The broker shares out the queues of such a consumer; 5.x only. */
    public static void setServerRebalance(DefaultMQPushConsumer consumer) throws ReflectiveOperationException {
        DefaultMQPushConsumer.class.getMethod("setClientRebalance", boolean.class).invoke(consumer, false);
    }

    /** Such a consumer pops, where the broker says so; what it does not acknowledge is hidden for so long. 5.x only. */
    public static void setPopping(DefaultMQPushConsumer consumer, long invisibleMillis) throws ReflectiveOperationException {
        setServerRebalance(consumer);
        DefaultMQPushConsumer.class.getMethod("setPopInvisibleTime", long.class).invoke(consumer, invisibleMillis);
    }

    /** How a timer message may be recalled, null for others; 5.x only. */
    public static String recallHandle(SendResult result) throws ReflectiveOperationException {
        return (String) SendResult.class.getMethod("getRecallHandle").invoke(result);
    }

    /** The id of the message that will not be delivered; 5.x only. */
    public static String recall(DefaultMQProducer producer, String topic, String handle) throws Exception {
        try {
            return (String) DefaultMQProducer.class.getMethod("recallMessage", String.class, String.class)
                .invoke(producer, topic, handle);
        } catch (InvocationTargetException e) {
            throw (Exception) e.getCause();
        }
    }

    /** Signs requests; in a jar of its own before 5.x. */
    public static RPCHook signer(String accessKey, String secretKey) throws ReflectiveOperationException {
        String classes = "org.apache.rocketmq.acl.common.";
        Class<?> type = Class.forName(classes + "SessionCredentials");
        Object credentials = type.getConstructor(String.class, String.class).newInstance(accessKey, secretKey);
        return (RPCHook) Class.forName(classes + "AclClientRPCHook").getConstructor(type).newInstance(credentials);
    }

    /** Lets a client that is not started write traces; 5.x only. */
    public static void setTraced(ClientConfig client) throws ReflectiveOperationException {
        ClientConfig.class.getMethod("setEnableTrace", boolean.class).invoke(client, true);
    }
}
