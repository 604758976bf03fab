<?php

/**
 * Traditional Chinese words of the policysearch plugin
 */

$lang['heading'] = '制度條款';
$lang['none'] = '沒有條款能回答這個問題。最接近的條款：';
$lang['none_at_all'] = '沒有條款能回答這個問題。';
$lang['probable'] = '很可能是答案';
$lang['possible'] = '可能是答案';
$lang['related'] = '可能相關';
$lang['more'] = '在制度搜尋中查看更多';
$lang['down'] = '暫時無法連線到制度搜尋。';
$lang['refused'] = '制度搜尋沒有接受這次搜尋。';
$lang['reason'] = '管理員請看：%s';
$lang['syntax_empty'] = 'policysearch 需要一個問題：{{policysearch>我的資料儲存在哪裡？}}';
$lang['syntax_parameter'] = 'policysearch 可用的參數是 limit、policies 和 lang，沒有「%s」。';
$lang['syntax_limit_value'] = 'policysearch 的 limit 應為 1 到 20 的數字，不能是「%s」。';
$lang['syntax_too_many'] = '本頁的 policysearch 問題過多：只顯示前 %d 個。';
