<?php

declare(strict_types=1);

namespace App\Tests\Support;

use Symfony\Component\Messenger\MessageBusInterface;

/** A bus that keeps what was sent. */
final class RecordingBus implements MessageBusInterface
{
    /** @var list<object> */
    public array $messages = [];

    public function dispatch(object $message): object
    {
        $this->messages[] = $message;

        return $message;
    }
}
