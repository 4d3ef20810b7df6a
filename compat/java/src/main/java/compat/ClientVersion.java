package compat;

import java.lang.reflect.Method;
import java.util.Collections;
import java.util.Map;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.producer.DefaultMQProducer;

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
}
