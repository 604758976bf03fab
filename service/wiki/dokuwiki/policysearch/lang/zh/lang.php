<?php

/**
 * Simplified Chinese words of the policysearch plugin
 */

$lang['heading'] = '制度条款';
$lang['none'] = '没有条款能回答这个问题。最接近的条款：';
$lang['none_at_all'] = '没有条款能回答这个问题。';
$lang['probable'] = '很可能是答案';
$lang['possible'] = '可能是答案';
$lang['related'] = '可能相关';
$lang['more'] = '在制度搜索中查看更多';
$lang['down'] = '暂时无法连接制度搜索。';
$lang['refused'] = '制度搜索没有接受这次搜索。';
$lang['reason'] = '管理员请看：%s';
$lang['syntax_empty'] = 'policysearch 需要一个问题：{{policysearch>我的数据存储在哪里？}}';
$lang['syntax_parameter'] = 'policysearch 可用的参数是 limit、policies 和 lang，没有“%s”。';
$lang['syntax_limit_value'] = 'policysearch 的 limit 应为 1 到 20 的数字，不能是“%s”。';
$lang['syntax_too_many'] = '本页的 policysearch 问题过多：只显示前 %d 个。';
