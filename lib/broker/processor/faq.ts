/** What Apache's remarks end with where the reader may need help. Source: common.help.FAQUrl#suggestTodo */
export const FAQ_SUGGESTION =
  '\nSee https://rocketmq.apache.org/docs/bestPractice/06FAQ for further details.'
