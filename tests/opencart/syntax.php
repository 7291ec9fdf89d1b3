<?php
/**
 * Refuses what PHP 5.6 does not understand and what newer versions have given up.
 *
 * php syntax.php FILE prints a line for each find and ends with 1 if there is any. Words, not
 * meanings: a method that is called on the wrong class is for the other tests.
 */

/** Functions, constants and classes that came after 5.6, or that 7 and 8 have done away with. */
$words = array_flip(array('intdiv', 'random_bytes', 'random_int', 'array_key_first', 'array_key_last', 'str_contains',
    'str_starts_with', 'str_ends_with', 'array_is_list', 'array_find', 'array_any', 'array_all', 'hrtime', 'is_iterable',
    'is_countable', 'mb_str_split', 'mb_str_pad', 'mb_trim', 'mb_ord', 'mb_chr', 'mb_scrub', 'preg_last_error_msg',
    'preg_replace_callback_array', 'get_debug_type', 'fdiv', 'error_clear_last', 'iterator_apply_all', 'json_validate',
    'spl_object_id', 'array_walk_keys', 'fsync', 'fdatasync', 'net_get_interfaces', 'get_resource_id', 'enum_exists',
    'each', 'create_function', 'money_format', 'get_magic_quotes_gpc', 'utf8_encode', 'utf8_decode', 'strftime', 'gmstrftime',
    'mhash', 'strptime', 'date_sunrise', 'lcg_value', 'php_int_min', 'json_throw_on_error', 'json_invalid_utf8_substitute',
    'json_invalid_utf8_ignore', 'imagetype_webp', 'imagetype_avif', 'preg_unmatched_as_null', 'e_strict', 'weakmap',
    'weakreference', 'valueerror', 'jsonexception', 'stringable', 'filter_sanitize_string'));
$types = array_flip(array('int', 'string', 'bool', 'float', 'iterable', 'object', 'mixed', 'void', 'never', 'null', 'false', 'true'));

/** Tokens as `kind`, `text` and `line`; blanks and comments left out. */
$tokens = array();
$line = 1;
foreach (token_get_all(file_get_contents($argv[1])) as $token) {
    list($kind, $text) = is_array($token) ? array(token_name($token[0]), $token[1]) : array('', $token);
    $line = is_array($token) ? $token[2] : $line;
    if (!in_array($kind, array('T_WHITESPACE', 'T_COMMENT', 'T_DOC_COMMENT'), true)) {
        $tokens[] = array('kind' => $kind, 'text' => $text, 'line' => $line);
    }
    $line += substr_count($text, "\n");
}
$finds = array();
$find = function ($at, $what) use ($tokens, &$finds) {
    $finds[] = $tokens[$at]['line'] . ': ' . $what;
};
$text = function ($at) use ($tokens) {
    return isset($tokens[$at]) ? $tokens[$at]['text'] : '';
};
$kind = function ($at) use ($tokens) {
    return isset($tokens[$at]) ? $tokens[$at]['kind'] : '';
};
$is_name = function ($at) use ($kind) {
    return in_array($kind($at), array('T_STRING', 'T_NAME_QUALIFIED', 'T_NAME_FULLY_QUALIFIED', 'T_NAME_RELATIVE', 'T_ARRAY', 'T_CALLABLE'), true);
};
$new_kinds = array('T_COALESCE' => '`??`', 'T_COALESCE_EQUAL' => '`??=`', 'T_NULLSAFE_OBJECT_OPERATOR' => '`?->`', 'T_SPACESHIP' => '`<=>`',
    'T_FN' => 'an arrow function', 'T_MATCH' => '`match`', 'T_ENUM' => '`enum`', 'T_READONLY' => '`readonly`', 'T_ATTRIBUTE' => 'an attribute',
    'T_YIELD_FROM' => '`yield from`', 'T_DOLLAR_OPEN_CURLY_BRACES' => '`${…}` in a text', 'T_PUBLIC_SET' => 'asymmetric visibility',
    'T_PRIVATE_SET' => 'asymmetric visibility', 'T_AMPERSAND_NOT_FOLLOWED_BY_VAR_OR_VARARG_TYPE' => '');
$visibility = array('T_PUBLIC', 'T_PROTECTED', 'T_PRIVATE', 'T_VAR');
/** What each open bracket belongs to: `call`, `array`, `parameters` or another thing. */
$open = array();
foreach ($tokens as $at => $token) {
    $before = $at > 0 ? $tokens[$at - 1] : array('kind' => '', 'text' => '');
    if (!empty($new_kinds[$token['kind']])) {
        $find($at, $new_kinds[$token['kind']]);
    }
    if ($token['kind'] === 'T_LNUMBER' && strpos($token['text'], '_') !== false) {
        $find($at, 'a number with `_`');
    }
    if ($token['kind'] === 'T_STRING' && isset($words[strtolower($token['text'])])
        && !in_array($before['kind'], array('T_OBJECT_OPERATOR', 'T_DOUBLE_COLON', 'T_FUNCTION', 'T_CONST'), true)) {
        $find($at, '`' . $token['text'] . '` is not in every version');
    }
    if ($token['kind'] === 'T_NAME_FULLY_QUALIFIED' && isset($words[strtolower(ltrim($token['text'], '\\'))])) {
        $find($at, '`' . $token['text'] . '` is not in every version');
    }
    if (in_array($token['kind'], $visibility, true)) {
        $next = $kind($at + 1) === 'T_STATIC' ? $at + 2 : $at + 1;
        if ($is_name($next) || $text($next) === '?' || $text($next) === '(') {
            $find($at, 'a typed property');
        } elseif ($kind($next) === 'T_CONST') {
            $find($at, 'visibility of a constant');
        } elseif (end($open) === 'parameters') {
            $find($at, 'a promoted property');
        }
    }
    if ($token['kind'] === 'T_NEW' && $kind($at + 1) === 'T_CLASS') {
        $find($at, 'an anonymous class');
    }
    if ($token['kind'] === 'T_STRING' && strtolower($token['text']) === 'strict_types') {
        $find($at, '`strict_types`');
    }
    if ($token['kind'] === 'T_THROW' && ($before['text'] === ':' && $text($at - 2) === '?') || $token['kind'] === 'T_THROW' && !in_array($before['text'], array(';', '{', '}', ')', ':', 'else', 'do'), true)) {
        $find($at, '`throw` as an expression');
    }
    if ($token['text'] === '{' && in_array($before['kind'], array('T_NS_SEPARATOR'), true)) {
        $find($at, 'grouped `use`');
    }
    if ($token['text'] === '(') {
        $owner = $before['kind'] === 'T_ARRAY' || $before['kind'] === 'T_LIST' ? 'array' : 'other';
        $name_at = $text($at - 2) === '&' ? $at - 3 : $at - 2;
        if ($before['kind'] === 'T_FUNCTION' || $kind($name_at) === 'T_FUNCTION' || ($before['text'] === '&' && $kind($at - 2) === 'T_FUNCTION')) {
            $owner = 'parameters';
        } elseif ($before['kind'] === 'T_CATCH') {
            $owner = 'catch';
        } elseif ($before['kind'] === 'T_USE') {
            $owner = 'call';
        } elseif (in_array($before['kind'], array('T_STRING', 'T_VARIABLE', 'T_NAME_QUALIFIED', 'T_NAME_FULLY_QUALIFIED', 'T_STATIC', 'T_ISSET', 'T_UNSET'), true)
            || in_array($before['text'], array(')', ']', '}'), true)) {
            $owner = 'call';
        }
        $open[] = $owner;
    } elseif ($token['text'] === '[' || $token['kind'] === 'T_CURLY_OPEN' || $token['text'] === '{') {
        $is_index = $token['text'] === '[' && (in_array($before['kind'], array('T_VARIABLE', 'T_STRING', 'T_CONSTANT_ENCAPSED_STRING'), true)
            || in_array($before['text'], array(')', ']', '}'), true));
        $open[] = $token['text'] !== '[' ? 'block' : ($is_index ? 'index' : 'list');
    } elseif (in_array($token['text'], array(')', ']', '}'), true)) {
        $owner = array_pop($open);
        if ($before['text'] === ',' && in_array($owner, array('call', 'parameters'), true)) {
            $find($at, 'a comma behind the last argument');
        }
        if ($owner === 'list' && $text($at + 1) === '=') {
            $find($at, 'a short list');
        }
        if ($owner === 'catch' && $before['kind'] !== 'T_VARIABLE') {
            $find($at, '`catch` without a variable');
        }
        if ($owner === 'parameters' && $text($at + 1) === ':') {
            $find($at, 'a type of what is returned');
        }
    }
    $owner = end($open);
    if ($owner === 'catch' && $token['text'] === '|') {
        $find($at, '`catch` of several classes');
    }
    if ($owner === 'parameters' && ($token['text'] === '?' || $token['text'] === '|')) {
        $find($at, 'a nullable or united type');
    }
    if ($owner === 'parameters' && $is_name($at) && isset($types[strtolower($token['text'])]) && $before['text'] !== '=') {
        $find($at, 'a scalar type');
    }
    // `Type $x = null` makes 8.4 complain, and has no other spelling in 5.6.
    if ($owner === 'parameters' && $token['kind'] === 'T_VARIABLE' && $is_name($at - 1) && $text($at + 1) === '='
        && strtolower($text($at + 2)) === 'null') {
        $find($at, 'a type that is nullable by its default');
    }
    if ($owner === 'call' && $token['kind'] === 'T_STRING' && $text($at + 1) === ':' && in_array($before['text'], array('(', ','), true)) {
        $find($at, 'a named argument');
    }
}
foreach ($finds as $one) {
    echo $one, "\n";
}
exit($finds ? 1 : 0);
