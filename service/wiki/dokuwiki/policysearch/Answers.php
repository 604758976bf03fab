<?php

namespace dokuwiki\plugin\policysearch;

/**
 * Answers that are kept for a while, one file each, in the wiki's cache folder
 */
class Answers
{
    /** One time in so many, storing an answer clears away those that are past their time */
    const SWEEP = 50;

    /** @var string */
    protected $folder;

    /**
     * @param string $cachedir $conf['cachedir']
     */
    public function __construct($cachedir)
    {
        $this->folder = $cachedir . '/policysearch';
    }

    /**
     * @param array $parts all that the answer depends on
     * @return string
     */
    public function name(array $parts)
    {
        return hash('sha256', json_encode($parts, JSON_INVALID_UTF8_SUBSTITUTE));
    }

    /**
     * @param string $name
     * @return array|null null where there is none whose time is not past
     */
    public function get($name)
    {
        $kept = json_decode((string)@file_get_contents("$this->folder/$name.json"), true);
        return is_array($kept) && $kept['until'] > time() ? $kept['answer'] : null;
    }

    /**
     * @param string $name
     * @param array $answer
     * @param int $seconds
     */
    public function set($name, array $answer, $seconds)
    {
        if ($seconds < 1) return;
        $kept = json_encode(['until' => time() + $seconds, 'answer' => $answer], JSON_UNESCAPED_UNICODE);
        io_saveFile("$this->folder/$name.json", $kept);
        if (random_int(1, self::SWEEP) === 1) $this->sweep();
    }

    protected function sweep()
    {
        foreach (glob("$this->folder/*.json") as $file) {
            $kept = json_decode((string)@file_get_contents($file), true);
            if (!is_array($kept) || $kept['until'] <= time()) @unlink($file);
        }
    }
}
