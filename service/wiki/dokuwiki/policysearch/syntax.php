<?php

use dokuwiki\Extension\SyntaxPlugin;

/**
 * DokuWiki Plugin policysearch (Syntax Component)
 *
 * {{policysearch>question?limit=3&policies=leave-policy-en&lang=en,zh}}
 *
 * @license Apache-2.0
 */
class syntax_plugin_policysearch extends SyntaxPlugin
{
    const PARAMETERS = ['limit', 'policies', 'lang'];
    const DEFAULT_LIMIT = 3;
    const MAX_LIMIT = 20;

    /** @var int questions rendered so far */
    protected $count = 0;

    /** @inheritdoc */
    public function getType()
    {
        return 'substition';
    }

    /** @inheritdoc */
    public function getPType()
    {
        return 'block';
    }

    /** @inheritdoc */
    public function getSort()
    {
        return 200; // before media, which are written in the same braces
    }

    /** @inheritdoc */
    public function connectTo($mode)
    {
        $this->Lexer->addSpecialPattern('\{\{policysearch>[^}]*\}\}', $mode, 'plugin_policysearch');
    }

    /** @inheritdoc */
    public function handle($match, $state, $pos, Doku_Handler $handler)
    {
        $inner = substr($match, strlen('{{policysearch>'), -2);
        // A question has question marks of its own: the last one begins parameters if they look so.
        $parameters = [];
        if (preg_match('/^(.*)\?(\w+=[^?]*)$/su', $inner, $parts)) {
            $inner = $parts[1];
            parse_str($parts[2], $parameters);
        }
        return ['question' => trim($inner), 'parameters' => $parameters];
    }

    /** @inheritdoc */
    public function render($format, Doku_Renderer $renderer, $data)
    {
        if ($format !== 'xhtml') return false;
        // Answers have a cache of their own, by which pages are up to date and hold what the reader
        // may see.
        $renderer->nocache();
        /** @var helper_plugin_policysearch $helper */
        $helper = $this->loadHelper('policysearch');
        $most = (int)$this->getConf('syntax_limit');
        if ($most < 1 || !$helper->maySee()) return true;

        $problem = $this->problem($data['question'], $data['parameters'], $most);
        if ($problem !== '') {
            $renderer->doc .= '<p><strong class="error">' . hsc($problem) . '</strong></p>';
            return true;
        }
        $options = ['limit' => $data['parameters']['limit'] ?? self::DEFAULT_LIMIT];
        if (isset($data['parameters']['policies'])) {
            $options['policies'] = $helper->names($data['parameters']['policies']);
        }
        if (isset($data['parameters']['lang'])) {
            $options['languages'] = $helper->names($data['parameters']['lang']);
        }
        $renderer->doc .= $helper->html($data['question'], $options, true);
        return true;
    }

    /**
     * @param string $question
     * @param array $parameters
     * @param int $most questions of a page
     * @return string why nothing is asked; empty where there is no reason
     */
    protected function problem($question, array $parameters, $most)
    {
        foreach ($parameters as $name => $value) {
            if (!in_array($name, self::PARAMETERS, true) || !is_string($value)) {
                return sprintf($this->getLang('syntax_parameter'), $name);
            }
        }
        $limit = $parameters['limit'] ?? (string)self::DEFAULT_LIMIT;
        if (!preg_match('/^\d{1,2}$/D', $limit) || $limit < 1 || $limit > self::MAX_LIMIT) {
            return sprintf($this->getLang('syntax_limit_value'), $limit);
        }
        if ($question === '') return $this->getLang('syntax_empty');
        if (++$this->count > $most) return sprintf($this->getLang('syntax_too_many'), $most);
        return '';
    }
}
