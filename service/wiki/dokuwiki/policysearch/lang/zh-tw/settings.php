<?php

/**
 * Traditional Chinese names of the settings of the policysearch plugin
 */

$lang['url'] = '本伺服器連線 policy-search 的位址';
$lang['key'] = '具有 search 權限的 API 金鑰；服務不使用金鑰時留空';
$lang['link_base'] = '讀者連線 policy-search 的位址，即連結的開頭；留空則與上面的位址相同';
$lang['limit'] = '搜尋頁上最多顯示的條款數';
$lang['policies'] = '要搜尋的制度 id，用逗號分隔；留空為金鑰可見的全部制度';
$lang['languages'] = '顯示哪些語言的條款，例如 en,zh；留空為全部';
$lang['min_relevance'] = '條款的最低相關度，0 到 1；留空則由服務決定';
$lang['readers'] = '誰能看到制度條款：使用者名稱和 @群組，用逗號分隔；留空為所有能閱讀首頁的人';
$lang['timeout'] = '頁面等待 policy-search 的最長秒數';
$lang['retry_after'] = 'policy-search 出錯後多少秒內不再詢問';
$lang['cache_ttl'] = '答案保留的秒數；0 為不保留';
$lang['syntax_limit'] = '每頁最多處理多少個 {{policysearch>…}}；0 為停用';
