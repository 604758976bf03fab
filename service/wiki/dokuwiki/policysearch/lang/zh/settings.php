<?php

/**
 * Simplified Chinese names of the settings of the policysearch plugin
 */

$lang['url'] = '本服务器访问 policy-search 的地址';
$lang['key'] = '具有 search 权限的 API 密钥；服务不使用密钥时留空';
$lang['link_base'] = '读者访问 policy-search 的地址，即链接的开头；留空则与上面的地址相同';
$lang['limit'] = '搜索页上最多显示的条款数';
$lang['policies'] = '要搜索的制度 id，用逗号分隔；留空为密钥可见的全部制度';
$lang['languages'] = '显示哪些语言的条款，例如 en,zh；留空为全部';
$lang['min_relevance'] = '条款的最低相关度，0 到 1；留空则由服务决定';
$lang['readers'] = '谁能看到制度条款：用户名和 @用户组，用逗号分隔；留空为所有能阅读首页的人';
$lang['timeout'] = '页面等待 policy-search 的最长秒数';
$lang['retry_after'] = 'policy-search 出错后多少秒内不再询问';
$lang['cache_ttl'] = '答案保留的秒数；0 为不保留';
$lang['syntax_limit'] = '每页最多处理多少个 {{policysearch>…}}；0 为停用';
