<?php

use dokuwiki\Extension\ActionPlugin;
use dokuwiki\Extension\Event;
use dokuwiki\Extension\EventHandler;

/**
 * DokuWiki Plugin policysearch (Action Component)
 *
 * Puts clauses on the search page: below its form, over what the wiki itself found, and also where it
 * found nothing.
 *
 * @license Apache-2.0
 */
class action_plugin_policysearch extends ActionPlugin
{
    /** @inheritdoc */
    public function register(EventHandler $controller)
    {
        $controller->register_hook('TPL_CONTENT_DISPLAY', 'BEFORE', $this, 'addClauses');
    }

    /**
     * @param Event $event its data is the page's HTML
     */
    public function addClauses(Event $event)
    {
        global $ACT, $INPUT;
        if ($ACT !== 'search') return;
        /** @var helper_plugin_policysearch $helper */
        $helper = $this->loadHelper('policysearch');
        // Not $QUERY, to which DokuWiki adds signs of its own.
        $question = $this->question($INPUT->str('q'));
        if ($question === '' || !$helper->maySee()) return;

        $form = strpos($event->data, 'search-results-form');
        $end = $form === false ? false : strpos($event->data, '</form>', $form);
        $at = $end === false ? 0 : $end + strlen('</form>');
        $event->data = substr_replace($event->data, $helper->html($question), $at, 0);
    }

    /**
     * What was asked, without the signs by which DokuWiki limits a search to namespaces
     *
     * @param string $query
     * @return string
     */
    protected function question($query)
    {
        return trim((string)preg_replace('/(?<!\S)[@^]\S+/u', ' ', $query));
    }
}
