<?php

namespace App\Repository;

use App\Entity\Order;
use App\Entity\OrderLine;
use DateTimeZone;

class OrderRepository
{
    private $orders = array();

    public function find($id)
    {
        return isset($this->orders[$id]) ? $this->orders[$id] : null;
    }

    public function save(Order $order)
    {
        $this->orders[$order->id()] = $order;
    }

    /**
     * @return Order[]
     */
    public function findByCustomer(string $customer, string $state = null): array
    {
        $found = [];
        foreach ($this->orders as $order) {
            if ($order->customer() === $customer && ($state === null || $order->state() === $state)) { $found[] = $order; }
        }
        return $found;
    }

    public function countOpen(): int
    {
        return count(array_filter($this->orders, function($order) { return $order->state() == "open"; }));
    }
}
