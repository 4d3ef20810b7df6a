import com.alibaba.fastjson.JSON;
import com.alibaba.fastjson.serializer.SerializerFeature;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.rocketmq.client.QueryResult;
import org.apache.rocketmq.client.exception.MQBrokerException;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.tools.admin.DefaultMQAdminExt;

/**
 * Calls methods of DefaultMQAdminExt by their names, as Apache's dashboard does, and tells what they return: one line for each
 * field, with its path. Lists are sets: their members are lines of JSON. Of overloaded methods that one is taken which the arguments fit.
 */
class AdminCalls {
    private final DefaultMQAdminExt admin = new DefaultMQAdminExt();

    AdminCalls(String namesrv, String instance) throws MQClientException {
        admin.setNamesrvAddr(namesrv);
        admin.setInstanceName(instance);
        // Its only heartbeat is that after a second.
        admin.setHeartbeatBrokerInterval(600_000);
        admin.start();
    }

    void shutdown() {
        admin.shutdown();
    }

    /** The name of a method and its arguments; objects and lists as JSON, `message:ID` for a message of topic P. */
    String call(String[] words) throws Exception {
        String[] texts = Arrays.copyOfRange(words, 1, words.length);
        Method[] methods = DefaultMQAdminExt.class.getMethods();
        Arrays.sort(methods, Comparator.comparing(Method::toGenericString));
        for (Method method : methods) {
            Object[] arguments = method.getName().equals(words[0]) ? argumentsOf(method, texts) : null;
            if (arguments != null) {
                return resultOf(method, arguments);
            }
        }
        return "no such method: " + String.join(" ", words);
    }

    private String resultOf(Method method, Object[] arguments) throws IllegalAccessException {
        try {
            List<String> lines = new ArrayList<>();
            Object result = method.invoke(admin, arguments);
            tell("", method.getReturnType() == void.class ? "done" : plain(result), lines);
            return String.join("\n", lines);
        } catch (InvocationTargetException e) {
            return refusal(e.getCause());
        }
    }

    private static String refusal(Throwable cause) {
        String name = cause.getClass().getSimpleName();
        if (cause instanceof MQBrokerException) {
            MQBrokerException refused = (MQBrokerException) cause;
            return name + " " + refused.getResponseCode() + " " + refused.getErrorMessage();
        }
        if (cause instanceof MQClientException) {
            MQClientException refused = (MQClientException) cause;
            return name + " " + refused.getResponseCode() + " " + refused.getErrorMessage();
        }
        return name + " " + cause.getMessage();
    }

    /** Null where the words are no arguments of the method. */
    private Object[] argumentsOf(Method method, String[] texts) throws Exception {
        Type[] types = method.getGenericParameterTypes();
        Object[] arguments = new Object[texts.length];
        if (types.length != texts.length) {
            return null;
        }
        for (int i = 0; i < types.length; i++) {
            arguments[i] = argumentOf(texts[i], types[i]);
            if (arguments[i] == null) {
                return null;
            }
        }
        return arguments;
    }

    private Object argumentOf(String text, Type type) throws Exception {
        boolean isNumber = text.matches("-?\\d+");
        if (type == String.class) {
            return text;
        }
        if (type == long.class) {
            return isNumber ? Long.valueOf(text) : null;
        }
        if (type == int.class) {
            return isNumber ? Integer.valueOf(text) : null;
        }
        if (type == boolean.class || type == Boolean.class) {
            return text.matches("true|false") ? Boolean.valueOf(text) : null;
        }
        if (type == MessageExt.class) {
            return text.startsWith("message:") ? admin.viewMessage("P", text.substring("message:".length())) : null;
        }
        boolean isJson = text.startsWith("{") || text.startsWith("[") || type instanceof Class && ((Class<?>) type).isEnum();
        return isJson ? JSON.parseObject(text.matches("[A-Z]+") ? '"' + text + '"' : text, type) : null;
    }

    /** Of messages what they print: as JSON they would be their buffers. */
    private static Object plain(Object result) {
        if (result instanceof MessageExt) {
            return result.toString();
        }
        if (result instanceof QueryResult) {
            List<String> messages = new ArrayList<>();
            ((QueryResult) result).getMessageList().forEach(message -> messages.add(message.toString()));
            return messages;
        }
        return JSON.toJSON(withTextKeys(result));
    }

    private static Object withTextKeys(Object result) {
        if (!(result instanceof Map)) {
            return result;
        }
        Map<String, Object> texts = new HashMap<>();
        ((Map<?, ?>) result).forEach((key, value) -> texts.put(String.valueOf(key), withTextKeys(value)));
        return texts;
    }

    private static void tell(String path, Object value, List<String> lines) {
        if (value instanceof Map) {
            ((Map<?, ?>) value).forEach((key, member) -> tell(path + "." + key, member, lines));
        } else if (value instanceof Collection) {
            ((Collection<?>) value).forEach(member -> tell(path + "[]", lineOf(member), lines));
        } else {
            lines.add(path + " = " + value);
        }
    }

    private static Object lineOf(Object member) {
        return member instanceof String ? member : JSON.toJSONString(member, SerializerFeature.MapSortField);
    }
}
